from libs.runtime.main import start
from services.edge.app import build

if __name__ == "__main__":
    start("edge", build)

from libs.runtime.main import start
from services.identity.app import build

if __name__ == "__main__":
    start("identity", build)

from libs.runtime.main import start
from services.projects.app import build

if __name__ == "__main__":
    start("projects", build)

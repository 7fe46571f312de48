"""Language models behind one port: OpenAI-compatible, offline, scripted, and fallbacks among them."""

"""The contracts as other systems read them: JSON Schemas, an AsyncAPI document and a page for people."""

"""mastra_store"""

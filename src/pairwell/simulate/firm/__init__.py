"""A simulated firm that sells software by subscription, and what is true of its accounts."""

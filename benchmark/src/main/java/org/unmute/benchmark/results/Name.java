package org.unmute.benchmark.results;

/**
 * An encoder or a data set.
 *
 * @param key name in files, such as {@code urban}
 * @param title display name, such as {@code URBAN-SED}
 */
public record Name(String key, String title) {}

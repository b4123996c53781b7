package org.unmute.report.page;

/**
 * A fact about the origin of a result, such as the encoder or the data.
 *
 * @param name  name of the fact
 * @param value plain text
 */
public record Fact(String name, String value) {}

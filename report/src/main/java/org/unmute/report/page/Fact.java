package org.unmute.report.page;

/**
 * One fact about how a result was made, such as the encoder or the data.
 *
 * @param name  what it is
 * @param value plain text
 */
public record Fact(String name, String value) {}

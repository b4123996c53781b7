package org.unmute.report.page;

/**
 * A label on an axis.
 *
 * @param position from 0 at the low end to 1 at the high end
 * @param label    plain text
 */
public record AxisTick(double position, String label) {}

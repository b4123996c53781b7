package org.unmute.cli.chart;

/** A colour: a {@link Role} that follows the page's theme, or a fixed {@link Rgb} of a colour scale. */
public sealed interface Paint permits Role, Rgb {}

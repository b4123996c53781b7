package org.unmute.report.drawing;

/** A colour: a {@link ColourRole} that follows the page's theme, or a fixed {@link Rgb} of a colour scale. */
public sealed interface Paint permits ColourRole, Rgb {}

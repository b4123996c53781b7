/**
 * Vector drawings. A {@link org.unmute.report.drawing.Drawing} is a list of {@link org.unmute.report.drawing.Element}s
 * and is written as SVG. Colours are named by role, so that one drawing suits light and dark pages.
 */
package org.unmute.report.drawing;

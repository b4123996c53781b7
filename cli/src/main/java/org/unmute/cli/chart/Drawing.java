package org.unmute.cli.chart;

import java.util.List;

/**
 * A laid-out figure: marks in the order in which they are painted.
 *
 * @param width   in pixels at scale 1
 * @param height  in pixels at scale 1
 * @param caption its words
 * @param marks   what is on it
 */
public record Drawing(double width, double height, Caption caption, List<Mark> marks) {
    private static final double PNG_SCALE = 2;

    /** Copies the list. */
    public Drawing {
        marks = List.copyOf(marks);
    }

    /**
     * An SVG file of its own: with its name and description, and a style sheet that follows the viewer's light or dark
     * theme. Viewers that know no style sheets show the light theme.
     */
    public String svg() {
        return SvgText.file(this);
    }

    /**
     * The same as an element for an HTML page, whose style must hold {@link Theme#css()}.
     *
     * @param id unique in the page: letters, digits, hyphens
     */
    public String inlineSvg(String id) {
        return SvgText.element(this, id);
    }

    /**
     * A PNG file in the light theme, twice as many pixels as the drawing each way.
     *
     * @throws IllegalStateException if this Java has no fonts or no PNG writer; the message says what to install
     */
    public byte[] png() {
        return PngImage.of(this, PNG_SCALE);
    }
}

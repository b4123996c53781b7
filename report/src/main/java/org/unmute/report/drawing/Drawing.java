package org.unmute.report.drawing;

import java.util.List;

/**
 * A laid-out figure: elements in the order in which they are painted.
 *
 * @param width    in pixels at scale 1
 * @param height   in pixels at scale 1
 * @param caption  title and description
 * @param elements in painting order
 */
public record Drawing(double width, double height, Caption caption, List<Element> elements) {
    /** Copies the list. */
    public Drawing {
        elements = List.copyOf(elements);
    }

    /**
     * A standalone SVG file with title, description and a style sheet that follows the viewer's light or dark theme.
     * Viewers without style sheets show the light theme.
     */
    public String svg() {
        return SvgWriter.file(this);
    }

    /**
     * An SVG element for an HTML page whose style sheet includes {@link Theme#css()}.
     *
     * @param id unique in the page: letters, digits, hyphens
     */
    public String inlineSvg(String id) {
        return SvgWriter.element(this, id);
    }
}

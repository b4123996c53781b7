package org.unmute.report.drawing;

import static org.unmute.report.drawing.Markup.escape;

import java.util.Locale;
import org.unmute.report.drawing.Element.Spot;

/**
 * Writes a drawing as SVG. Each colour is written twice: as an attribute for viewers without style sheets, and as a
 * class for the theme.
 */
final class SvgWriter {
    private static final String FONTS =
            "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";
    private final StringBuilder out = new StringBuilder(1 << 14);

    private SvgWriter() {}

    /** A standalone file. */
    static String file(Drawing drawing) {
        SvgWriter svg = new SvgWriter();
        svg.out.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        svg.root(drawing, "chart", "<style>" + Theme.fileCss() + "</style>\n");
        return svg.out.toString();
    }

    /** An element for a page. */
    static String element(Drawing drawing, String id) {
        if (!id.matches("[A-Za-z][A-Za-z0-9-]*")) {
            throw new IllegalArgumentException(
                    "chart: not an id: '" + id + "': give a letter, then letters, digits, hyphens");
        }
        SvgWriter svg = new SvgWriter();
        svg.root(drawing, id, "");
        return svg.out.toString();
    }

    private void root(Drawing drawing, String id, String style) {
        String size = "width=\"" + number(drawing.width()) + "\" height=\"" + number(drawing.height())
                + "\" viewBox=\"0 0 " + number(drawing.width()) + " " + number(drawing.height()) + "\"";
        out.append("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" ")
                .append(size)
                .append(" role=\"img\" aria-labelledby=\"")
                .append(id)
                .append("-title\" aria-describedby=\"")
                .append(id)
                .append("-desc\" font-family=\"")
                .append(FONTS)
                .append("\">\n")
                .append("<title id=\"")
                .append(id)
                .append("-title\">")
                .append(escape(drawing.caption().title()))
                .append("</title>\n")
                .append("<desc id=\"")
                .append(id)
                .append("-desc\">")
                .append(escape(drawing.caption().subtitle()))
                .append("</desc>\n")
                .append(style);
        drawing.elements().forEach(this::element);
        out.append("</svg>\n");
    }

    private void element(Element element) {
        switch (element) {
            case Element.Rect r -> {
                open("rect", r.style());
                attribute("x", r.x())
                        .attribute("y", r.y())
                        .attribute("width", r.width())
                        .attribute("height", r.height());
                if (r.radius() > 0) {
                    attribute("rx", r.radius());
                }
                close("rect", "", r.tip());
            }
            case Element.Line l -> {
                open("line", l.style());
                attribute("x1", l.x1())
                        .attribute("y1", l.y1())
                        .attribute("x2", l.x2())
                        .attribute("y2", l.y2());
                close("line", "", l.tip());
            }
            case Element.Circle c -> {
                open("circle", c.style());
                attribute("cx", c.x()).attribute("cy", c.y()).attribute("r", c.radius());
                close("circle", "", c.tip());
            }
            case Element.Path p -> path(p);
            case Element.Text t -> text(t);
        }
    }

    private void path(Element.Path p) {
        String name = p.closed() ? "polygon" : "polyline";
        open(name, p.style());
        out.append(" points=\"");
        for (int i = 0; i < p.spots().size(); i++) {
            Spot s = p.spots().get(i);
            out.append(i == 0 ? "" : " ").append(number(s.x())).append(',').append(number(s.y()));
        }
        out.append('"');
        close(name, "", p.tip());
    }

    private void text(Element.Text t) {
        open("text", Style.fill(t.paint()));
        attribute("x", t.x())
                .attribute("y", t.y())
                .attribute("font-size", t.font().size());
        if (t.font().bold()) {
            out.append(" font-weight=\"700\"");
        }
        switch (t.anchor()) {
            case START -> {}
            case MIDDLE -> out.append(" text-anchor=\"middle\"");
            case END -> out.append(" text-anchor=\"end\"");
        }
        if (t.rotation() != 0) {
            out.append(" transform=\"rotate(")
                    .append(number(t.rotation()))
                    .append(' ')
                    .append(number(t.x()))
                    .append(' ')
                    .append(number(t.y()))
                    .append(")\"");
        }
        close("text", escape(t.content()), t.tip());
    }

    private void open(String name, Style style) {
        out.append('<').append(name);
        String classes = (style.fill() instanceof ColourRole r ? "f-" + r.css() : "")
                + (style.fill() instanceof ColourRole && style.stroke() instanceof ColourRole ? " " : "")
                + (style.stroke() instanceof ColourRole r ? "s-" + r.css() : "");
        if (!classes.isEmpty()) {
            out.append(" class=\"").append(classes).append('"');
        }
        out.append(" fill=\"").append(colour(style.fill())).append('"');
        if (style.stroke() != null) {
            out.append(" stroke=\"").append(colour(style.stroke())).append('"');
            attribute("stroke-width", style.width());
            if (style.dash() > 0) {
                out.append(" stroke-dasharray=\"").append(number(style.dash())).append('"');
            }
        }
        if (style.opacity() < 1) {
            attribute("opacity", style.opacity());
        }
    }

    private static String colour(Paint paint) {
        return switch (paint) {
            case null -> "none";
            case ColourRole r -> String.format("#%06x", r.light());
            case Rgb r -> String.format("#%06x", r.value());
        };
    }

    private void close(String name, String content, String tip) {
        if (content.isEmpty() && tip == null) {
            out.append("/>\n");
            return;
        }
        out.append('>');
        if (tip != null) {
            out.append("<title>").append(escape(tip)).append("</title>");
        }
        out.append(content).append("</").append(name).append(">\n");
    }

    private SvgWriter attribute(String name, double value) {
        out.append(' ').append(name).append("=\"").append(number(value)).append('"');
        return this;
    }

    /** At most three decimals. */
    private static String number(double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalStateException(
                    "chart: a coordinate is " + value + ": this is a mistake in the layout of the figure");
        }
        String text = String.format(Locale.ROOT, "%.3f", value);
        int end = text.length();
        while (text.charAt(end - 1) == '0') {
            end--;
        }
        text = text.substring(0, text.charAt(end - 1) == '.' ? end - 1 : end);
        return text.equals("-0") ? "0" : text;
    }
}

package org.unmute.report.drawing;

import static org.unmute.report.drawing.Markup.escape;

import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes a drawing as SVG. Each colour is written twice: as an attribute for viewers without style sheets and as a
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
        out.append("""
                <svg xmlns="http://www.w3.org/2000/svg" class="chart" width="%2$s" height="%3$s" \
                viewBox="0 0 %2$s %3$s" role="img" aria-labelledby="%1$s-title" aria-describedby="%1$s-desc" \
                font-family="%4$s">
                <title id="%1$s-title">%5$s</title>
                <desc id="%1$s-desc">%6$s</desc>
                """.formatted(
                        id,
                        number(drawing.width()),
                        number(drawing.height()),
                        FONTS,
                        escape(drawing.caption().title()),
                        escape(drawing.caption().subtitle())));
        out.append(style);
        drawing.elements().forEach(this::element);
        out.append("</svg>\n");
    }

    private void element(Element element) {
        switch (element) {
            case Element.Rect r ->
                write(
                        "rect",
                        r.style(),
                        "",
                        r.tip(),
                        "x",
                        r.x(),
                        "y",
                        r.y(),
                        "width",
                        r.width(),
                        "height",
                        r.height(),
                        "rx",
                        r.radius() > 0 ? r.radius() : null);
            case Element.Line l ->
                write("line", l.style(), "", l.tip(), "x1", l.x1(), "y1", l.y1(), "x2", l.x2(), "y2", l.y2());
            case Element.Circle c -> write("circle", c.style(), "", c.tip(), "cx", c.x(), "cy", c.y(), "r", c.radius());
            case Element.Path p ->
                write(
                        p.closed() ? "polygon" : "polyline",
                        p.style(),
                        "",
                        p.tip(),
                        "points",
                        p.spots().stream()
                                .map(s -> number(s.x()) + ',' + number(s.y()))
                                .collect(Collectors.joining(" ")));
            case Element.Text t -> text(t);
        }
    }

    private void text(Element.Text t) {
        String anchor = switch (t.anchor()) {
            case START -> null;
            case MIDDLE -> "middle";
            case END -> "end";
        };
        String turn = "rotate(" + number(t.rotation()) + ' ' + number(t.x()) + ' ' + number(t.y()) + ')';
        write(
                "text",
                Style.fill(t.paint()),
                escape(t.content()),
                t.tip(),
                "x",
                t.x(),
                "y",
                t.y(),
                "font-size",
                t.font().size(),
                "font-weight",
                t.font().bold() ? "700" : null,
                "text-anchor",
                anchor,
                "transform",
                t.rotation() != 0 ? turn : null);
    }

    /** @param attributes names and values; attributes with a null value are omitted */
    private void write(String name, Style style, String content, String tip, Object... attributes) {
        out.append('<').append(name);
        style(style);
        for (int i = 0; i < attributes.length; i += 2) {
            attribute((String) attributes[i], attributes[i + 1]);
        }
        if (content.isEmpty() && tip == null) {
            out.append("/>\n");
            return;
        }
        String title = tip == null ? "" : "<title>" + escape(tip) + "</title>";
        out.append('>' + title + content + "</" + name + ">\n");
    }

    private void style(Style style) {
        String classes = Stream.of(className("f-", style.fill()), className("s-", style.stroke()))
                .filter(Objects::nonNull)
                .collect(Collectors.joining(" "));
        attribute("class", classes.isEmpty() ? null : classes);
        attribute("fill", colour(style.fill()));
        if (style.stroke() != null) {
            attribute("stroke", colour(style.stroke()));
            attribute("stroke-width", style.width());
            attribute("stroke-dasharray", style.dash() > 0 ? style.dash() : null);
        }
        attribute("opacity", style.opacity() < 1 ? style.opacity() : null);
    }

    private static String className(String prefix, Paint paint) {
        return paint instanceof ColourRole role ? prefix + role.css() : null;
    }

    private void attribute(String name, Object value) {
        if (value != null) {
            out.append(' ' + name + "=\"" + (value instanceof Double d ? number(d) : value) + '"');
        }
    }

    private static String colour(Paint paint) {
        return switch (paint) {
            case null -> "none";
            case ColourRole r -> String.format("#%06x", r.light());
            case Rgb r -> String.format("#%06x", r.value());
        };
    }

    /** A number with at most three decimals. */
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

package org.unmute.report.drawing;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.font.TextLayout;
import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.RoundRectangle2D;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import org.unmute.report.drawing.Element.Spot;

/** Writes PNG files. Drawings are rendered in the light theme. */
public final class PngWriter {
    private final Graphics2D g;

    private PngWriter(Graphics2D g) {
        this.g = g;
    }

    /** A PNG file with {@code scale} pixels per unit of the drawing. */
    static byte[] of(Drawing drawing, double scale) {
        return encoded(paint(drawing, scale));
    }

    /**
     * An image as a PNG file.
     *
     * @param rgb {@code [height · width]}, 0xRRGGBB
     * @throws IllegalStateException if this Java installation has no PNG writer
     */
    public static byte[] of(int width, int height, int[] rgb) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        image.setRGB(0, 0, width, height, rgb, 0, width);
        return encoded(image);
    }

    /**
     * An image with few colours, as a PNG file with a palette.
     *
     * @param colours {@code [height · width]}, indices into the palette
     * @param palette at most 256 colours, 0xRRGGBB
     * @throws IllegalStateException if this Java installation has no PNG writer
     */
    public static byte[] ofPalette(int width, int height, byte[] colours, int[] palette) {
        IndexColorModel model =
                new IndexColorModel(Byte.SIZE, palette.length, palette, 0, false, -1, DataBuffer.TYPE_BYTE);
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_INDEXED, model);
        image.getRaster().setDataElements(0, 0, width, height, colours);
        return encoded(image);
    }

    private static byte[] encoded(BufferedImage image) {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        try {
            if (!ImageIO.write(image, "png", png)) {
                throw new IllegalStateException(
                        "chart: this Java has no PNG writer: run it on a JDK with the module java.desktop");
            }
        } catch (IOException e) {
            throw new IllegalStateException("chart: a PNG could not be made in memory", e);
        }
        return png.toByteArray();
    }

    private static BufferedImage paint(Drawing drawing, double scale) {
        int width = (int) Math.ceil(drawing.width() * scale);
        int height = (int) Math.ceil(drawing.height() * scale);
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        try {
            g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
            g.setRenderingHint(RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
            g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
            g.setColor(Color.WHITE);
            g.fillRect(0, 0, width, height);
            g.scale(scale, scale);
            PngWriter painter = new PngWriter(g);
            drawing.elements().forEach(painter::paint);
        } finally {
            g.dispose();
        }
        return image;
    }

    private void paint(Element element) {
        switch (element) {
            case Element.Rect r ->
                shape(
                        new RoundRectangle2D.Double(
                                r.x(), r.y(), r.width(), r.height(), 2 * r.radius(), 2 * r.radius()),
                        r.style());
            case Element.Line l -> shape(new Line2D.Double(l.x1(), l.y1(), l.x2(), l.y2()), l.style());
            case Element.Circle c ->
                shape(
                        new Ellipse2D.Double(c.x() - c.radius(), c.y() - c.radius(), 2 * c.radius(), 2 * c.radius()),
                        c.style());
            case Element.Path p -> shape(outline(p), p.style());
            case Element.Text t -> text(t);
        }
    }

    private static Shape outline(Element.Path path) {
        Path2D outline = new Path2D.Double();
        boolean first = true;
        for (Spot s : path.spots()) {
            if (first) {
                outline.moveTo(s.x(), s.y());
            } else {
                outline.lineTo(s.x(), s.y());
            }
            first = false;
        }
        if (path.closed() && !first) {
            outline.closePath();
        }
        return outline;
    }

    private void shape(Shape shape, Style style) {
        if (style.fill() != null) {
            g.setColor(colour(style.fill(), style.opacity()));
            g.fill(shape);
        }
        if (style.stroke() != null) {
            g.setColor(colour(style.stroke(), style.opacity()));
            float[] dash = style.dash() > 0 ? new float[] {(float) style.dash(), (float) style.dash()} : null;
            g.setStroke(
                    new BasicStroke((float) style.width(), BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, dash, 0));
            g.draw(shape);
        }
    }

    /**
     * Text never exceeds the width that the layout assumed: a wider font is narrowed.
     */
    private void text(Element.Text text) {
        if (text.content().isBlank()) {
            return;
        }
        TextLayout layout = new TextLayout(text.content(), font(text.font()), g.getFontRenderContext());
        double narrowed = Math.min(1, TextWidth.of(text.content(), text.font()) / Math.max(1e-3, layout.getAdvance()));
        double width = layout.getAdvance() * narrowed;
        double shift = switch (text.anchor()) {
            case START -> 0;
            case MIDDLE -> -width / 2;
            case END -> -width;
        };
        AffineTransform before = g.getTransform();
        g.translate(text.x(), text.y());
        g.rotate(Math.toRadians(text.rotation()));
        g.translate(shift, 0);
        g.scale(narrowed, 1);
        g.setColor(colour(text.paint(), 1));
        layout.draw(g, 0, 0);
        g.setTransform(before);
    }

    private static Font font(Element.Font font) {
        try {
            return new Font(Font.SANS_SERIF, font.bold() ? Font.BOLD : Font.PLAIN, 1).deriveFont((float) font.size());
        } catch (LinkageError | RuntimeException e) {
            throw new IllegalStateException(
                    "chart: Java finds no fonts to write a PNG with (" + e + "): install fontconfig and a font, for "
                            + "example the package fonts-dejavu-core, or write SVG",
                    e);
        }
    }

    private static Color colour(Paint paint, double opacity) {
        int rgb = switch (paint) {
            case ColourRole r -> r.light();
            case Rgb r -> r.value();
        };
        return new Color(rgb >> 16 & 255, rgb >> 8 & 255, rgb & 255, (int) Math.round(255 * opacity));
    }
}

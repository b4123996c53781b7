package org.unmute.report.drawing;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.ImageIO;

/** Writes images as PNG files. */
public final class PngWriter {
    private PngWriter() {}

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
}

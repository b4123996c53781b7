package org.unmute.report.clip;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.unmute.report.clip.ClipFigure.Box;
import org.unmute.report.clip.ClipFigure.Point;
import org.unmute.report.page.Picture;

/** The box that taught a class, in the PNG file of a prototype's map. */
class TaughtBoxPngTest {
    private static final int WHITE = 0xffffff;

    /** The map covers the middle half of both axes: 40 x 8 cells, enlarged to 640 x 160 pixels. */
    private static BufferedImage png(Point ring, Box taught) throws Exception {
        float[][] values = new float[40][8];
        ClipFigure figure = new ClipFigure(
                "map",
                "",
                "",
                "",
                "",
                Picture.ofMap(values, Picture.Range.of(-1, 1)),
                new Box(0.25, 0.75, 0.25, 0.75),
                null,
                ring,
                taught,
                List.of(),
                ClipFigure.Height.MEDIUM);
        return ImageIO.read(new ByteArrayInputStream(figure.png()));
    }

    private static int rgb(BufferedImage image, int x, int y) {
        return image.getRGB(x, y) & WHITE;
    }

    @Test
    void theTaughtBoxIsDashed() throws Exception {
        BufferedImage plain = png(null, null);
        int ground = rgb(plain, 0, 0);
        int w = plain.getWidth();
        int h = plain.getHeight();
        // From a quarter to three quarters of the map in time, the upper half of it in frequency.
        BufferedImage image = png(null, new Box(0.375, 0.625, 0.5, 0.75));
        assertThat(List.of(image.getWidth(), image.getHeight())).containsExactly(w, h);
        int left = w / 4;
        int right = 3 * w / 4;
        int white = 0;
        int black = 0;
        for (int y = 0; y < h; y++) {
            for (int x = 0; x < w; x++) {
                boolean frame = x >= left
                        && x < right
                        && y < h / 2
                        && Math.min(Math.min(x - left, right - 1 - x), Math.min(y, h / 2 - 1 - y)) < 4;
                if (!frame) {
                    assertThat(rgb(image, x, y)).as("%d, %d", x, y).isEqualTo(ground);
                }
                white += rgb(image, x, y) == WHITE ? 1 : 0;
                black += rgb(image, x, y) == 0 ? 1 : 0;
            }
        }
        assertThat(white).isGreaterThan(300);
        assertThat(black).isBetween(white / 2, 2 * white);
        // Along the lower side, dashes of 8 pixels alternate with gaps of 6.
        int row = h / 2 - 2;
        for (int x = left + 14; x < right - 14; x++) {
            assertThat(rgb(image, x, row)).as("%d", x).isEqualTo((x - left) % 14 < 8 ? WHITE : ground);
        }
    }

    /** The ring lies above the dashes, and a box that goes beyond the map is cut off at its edge. */
    @Test
    void theRingStaysAndABoxBeyondTheMapIsCutOff() throws Exception {
        Point winner = new Point(0.3, 0.6);
        BufferedImage ringed = png(winner, null);
        BufferedImage both = png(winner, new Box(0, 0.5, 0, 1));
        int w = both.getWidth();
        int ground = rgb(png(null, null), 0, 0);
        for (int y = 0; y < both.getHeight(); y++) {
            for (int x = 0; x < w; x++) {
                if (rgb(ringed, x, y) != ground) {
                    assertThat(rgb(both, x, y)).isEqualTo(rgb(ringed, x, y));
                }
                if (x >= w / 2) {
                    assertThat(rgb(both, x, y)).isEqualTo(ground);
                }
            }
        }
        assertThat(rgb(both, 1, 1)).isEqualTo(WHITE);
        assertThat(rgb(both, w / 2 - 2, 1)).isIn(WHITE, ground);
    }
}

package org.unmute.report.drawing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.StringReader;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.unmute.report.chart.Charts;
import org.unmute.report.chart.SeriesStyle;
import org.unmute.report.chart.SeriesStyles;
import org.unmute.report.chart.WinMatrix;
import org.unmute.report.drawing.Element.Anchor;
import org.unmute.report.drawing.Element.Font;
import org.xml.sax.InputSource;

class DrawingTest {
    private static final SeriesStyle PROTOBIN =
            SeriesStyles.ofProbes(List.of("protobin")).get("protobin");

    private static Drawing of(Element... elements) {
        return new Drawing(40, 30, new Caption("a < b & \"c\"", "x\u0000\ud800y"), List.of(elements));
    }

    @Test
    void anyTextIsValidXml() throws Exception {
        String svg = of(new Element.Text(
                        1,
                        9,
                        "<script>&\u0007\n\uFFFF \uD83D\uDD14",
                        new Font(9, false),
                        Anchor.START,
                        0,
                        ColourRole.INK,
                        "'tip' > 1"))
                .svg();
        var root = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(svg)))
                .getDocumentElement();
        assertThat(root.getElementsByTagName("title").item(0).getTextContent()).isEqualTo("a < b & \"c\"");
        assertThat(root.getElementsByTagName("desc").item(0).getTextContent()).isEqualTo("x\u25A1\u25A1y");
        assertThat(root.getElementsByTagName("text").item(0).getTextContent())
                .isEqualTo("'tip' > 1<script>&\u25A1 \u25A1 \uD83D\uDD14");
    }

    @Test
    void coloursFollowTheThemeAndFallBackToLight() {
        Drawing drawing = of(
                new Element.Circle(5, 5, 2, Style.fill(ColourRole.BLUE).edged(ColourRole.GROUND, 1), null),
                new Element.Rect(0, 0, 2, 2, 0, Style.fill(new Rgb(0x123456)).faded(0.5), null));
        assertThat(drawing.svg())
                .contains("<circle class=\"f-blue s-ground\" fill=\"#0067a5\" stroke=\"#ffffff\" stroke-width=\"1\""
                        + " cx=\"5\"")
                .contains("<rect fill=\"#123456\" opacity=\"0.5\"", "prefers-color-scheme:dark")
                .contains("--chart-blue:#56b0ee");
        assertThat(drawing.inlineSvg("fig-1"))
                .contains("aria-labelledby=\"fig-1-title\"", "<title id=\"fig-1-title\">")
                .doesNotContain("<style")
                .startsWith("<svg");
        for (ColourRole role : ColourRole.values()) {
            assertThat(Theme.css()).contains(".chart .f-" + role.css() + "{fill:var(--chart-" + role.css() + ")}");
        }
        assertFails(() -> drawing.inlineSvg("1 a\""), "not an id");
    }

    @Test
    void aMistakeInALayoutIsNotWritten() {
        Drawing broken = of(new Element.Line(0, 0, Double.NaN, 1, Style.stroke(ColourRole.INK, 1), null));
        assertFails(IllegalStateException.class, broken::svg, "NaN");
    }

    @Test
    void coloursCanBeToldFromTheGroundAndTextReadOnBothThemes() {
        for (boolean dark : new boolean[] {false, true}) {
            for (ColourRole role : ColourRole.values()) {
                double least = switch (role) {
                    case GROUND, GRID, EMPTY -> 1;
                    case INK, SOFT -> 4.5;
                    default -> 3;
                };
                assertThat(contrast(rgb(role, dark), rgb(ColourRole.GROUND, dark)))
                        .as("%s, dark %s", role, dark)
                        .isGreaterThanOrEqualTo(least);
            }
            Style cell = strongestCell();
            int mixed = mix(((Rgb) cell.fill()).value(), rgb(ColourRole.GROUND, dark), cell.opacity());
            assertThat(contrast(rgb(ColourRole.INK, dark), mixed))
                    .as("text on the strongest cell, dark %s", dark)
                    .isGreaterThanOrEqualTo(4.5);
        }
    }

    /** The cell of a row that wins every contest. */
    private static Style strongestCell() {
        WinMatrix matrix = new WinMatrix(
                Caption.of("t"), List.of("a", "b"), new int[][] {{0, 1}, {0, 0}}, new int[][] {{0, 1}, {1, 0}});
        return matrix.draw().elements().stream()
                .filter(e -> "a beats b in 1 of 1".equals(e.tip()))
                .map(e -> ((Element.Rect) e).style())
                .findFirst()
                .orElseThrow();
    }

    private static int rgb(ColourRole role, boolean dark) {
        return dark ? role.dark() : role.light();
    }

    private static int mix(int over, int under, double opacity) {
        int mixed = 0;
        for (int shift = 0; shift <= 16; shift += 8) {
            mixed |=
                    (int) Math.round(opacity * (over >> shift & 255) + (1 - opacity) * (under >> shift & 255)) << shift;
        }
        return mixed;
    }

    /** The WCAG 2 contrast ratio, from 1 to 21. */
    private static double contrast(int a, int b) {
        double la = luminance(a);
        double lb = luminance(b);
        return (Math.max(la, lb) + 0.05) / (Math.min(la, lb) + 0.05);
    }

    private static double luminance(int rgb) {
        double[] share = {0.0722, 0.7152, 0.2126};
        double sum = 0;
        for (int i = 0; i < 3; i++) {
            double c = (rgb >> 8 * i & 255) / 255.0;
            sum += share[i] * (c <= 0.04045 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4));
        }
        return sum;
    }

    @Test
    void aKnownProbeLooksTheSameInEveryReportAndNoTwoLookAlike() {
        var all = SeriesStyles.ofProbes(Charts.PROBES);
        assertThat(new HashSet<>(all.values())).hasSameSizeAs(all.values());
        assertThat(SeriesStyles.ofProbes(List.of("mhca", "protobin")))
                .containsEntry("mhca", all.get("mhca"))
                .containsEntry("protobin", PROTOBIN);
        var variants = SeriesStyles.ofProbes(List.of(
                "protobin prototypes=1",
                "linear",
                "protobin prototypes=10",
                "protobin prototypes=20",
                "linpre",
                "linear bias=false"));
        assertThat(Set.copyOf(variants.values())).hasSize(6);
        assertThat(variants)
                .containsEntry("protobin prototypes=1", PROTOBIN)
                .containsEntry("linpre", all.get("linpre"));
        assertThat(variants.get("protobin prototypes=20").colour()).isEqualTo(ColourRole.PROTOBIN);
        assertThat(variants.get("linear bias=false").colour())
                .isEqualTo(all.get("linear").colour());
        var strange = SeriesStyles.ofProbes(List.of("mine", "protobin", "yours"));
        assertThat(Set.copyOf(strange.values()))
                .hasSize(3)
                .doesNotContainAnyElementsOf(List.of(all.get("linear"), all.get("cgp")));
    }

    @Test
    void probesOfAllLayersLookDifferent() {
        assertThat(Set.copyOf(SeriesStyles.ofProbes(List.of("cgp", "linear-layers", "head2toe", "linear", "mine"))
                        .values()))
                .hasSize(5);
    }
}

package org.unmute.report.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.unmute.report.drawing.Caption;
import org.unmute.report.drawing.Element;

/** Data elements, which are those with a tooltip, must be at the correct positions. */
class ChartValuesTest {
    private static final double GAP = Double.NaN;
    private static final SeriesStyle LOOK = SeriesStyles.at(0);

    private static <M extends Element> List<M> data(Chart chart, Class<M> kind) {
        return elements(chart, kind).filter(m -> m.tip() != null).toList();
    }

    private static <M extends Element> Stream<M> elements(Chart chart, Class<M> kind) {
        return chart.draw().elements().stream().filter(kind::isInstance).map(kind::cast);
    }

    private static Element.Text text(Chart chart, String words) {
        return elements(chart, Element.Text.class)
                .filter(t -> t.content().equals(words))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void winMatrixHasACellForEveryPairThatMetAndSumsRows() {
        WinMatrix chart = new WinMatrix(
                Caption.of("t"), List.of("a", "b", "c"), new int[][] {{0, 3, 1}, {1, 0, 0}, {2, 0, 0}}, new int[][] {
                    {0, 4, 4}, {4, 0, 0}, {4, 0, 0}
                });
        List<Element.Rect> cells = data(chart, Element.Rect.class);
        assertThat(cells)
                .extracting(Element::tip)
                .containsExactly(
                        "a beats b in 3 of 4", "a beats c in 1 of 4", "b beats a in 1 of 4", "c beats a in 2 of 4");
        assertThat(cells.get(0).style().opacity())
                .isGreaterThan(cells.get(3).style().opacity());
        assertThat(cells.get(0).y())
                .isEqualTo(cells.get(1).y())
                .isLessThan(cells.get(2).y());
        assertThat(cells.get(2).x()).isLessThan(cells.get(0).x());
        assertThat(elements(chart, Element.Text.class)
                        .filter(t -> t.font().equals(Canvas.STRONG))
                        .map(Element.Text::content))
                .containsExactly("4", "1", "2");
        assertThat(chart.rows()).hasSize(7).contains(List.of("a", "b", "3", "4"), List.of("b", "c", "0", "0"));
        assertThatThrownBy(() ->
                        new WinMatrix(Caption.of("t"), List.of("a", "b"), new int[][] {{0, 3}, {0, 0}}, new int[2][2]))
                .hasMessageContaining("a against b: 3 wins of 0 contests");
    }

    @Test
    void barsReachFromZeroToTheirValueEitherWay() {
        GroupedBars chart = new GroupedBars(
                Caption.of("t"),
                List.of("x", "y", "z"),
                Axis.points("gain").reaching(-0.1, 0.1),
                List.of(
                        new GroupedBars.Series(
                                "mhca", LOOK, new double[] {0.05, -0.1, GAP}, new double[] {0.01, GAP, 0.01}),
                        new GroupedBars.Series("published", LOOK, new double[] {GAP, GAP, 0}, null)));
        List<Element.Rect> bars = data(chart, Element.Rect.class);
        assertThat(bars)
                .extracting(Element::tip)
                .containsExactly(
                        "mhca, x: +5.0\u00A0pp \u00B1 1.0\u00A0pp",
                        "mhca, y: \u221210.0\u00A0pp",
                        "published, z: 0.0\u00A0pp");
        Element.Rect up = bars.get(0);
        Element.Rect down = bars.get(1);
        double base = up.y() + up.height();
        assertThat(down.y()).isCloseTo(base, within(1e-9));
        assertThat(down.height()).isCloseTo(2 * up.height(), within(1e-9));
        // Tick labels agree: a label is centred on its line.
        assertThat(text(chart, "5").y() - 4).isCloseTo(up.y(), within(1e-9));
        assertThat(text(chart, "0").y() - 4).isCloseTo(base, within(1e-9));
        assertThat(chart.rows())
                .contains(
                        List.of("x", "mhca", "0.05", "0.01"),
                        List.of("z", "mhca", "", "0.01"),
                        List.of("y", "published", "", ""));
    }

    @Test
    void linesBreakAtGapsAndBandsReachOneErrorEitherSide() {
        LineChart chart = new LineChart(
                Caption.of("t"),
                Axis.linear("epoch"),
                Axis.linear("loss").reaching(0, 4),
                List.of(new LineChart.Curve(
                        "run", LOOK, new double[] {0, 1, 2, 3, 4}, new double[] {1, 2, GAP, 3, 2}, new double[] {
                            1, 0.5, 1, 1, 1
                        })));
        List<Element.Circle> points = data(chart, Element.Circle.class);
        assertThat(points).hasSize(4);
        List<Element.Path> lines =
                elements(chart, Element.Path.class).filter(p -> !p.closed()).toList();
        assertThat(lines).hasSize(2).allSatisfy(line -> assertThat(line.spots()).hasSize(2));
        double unit = points.get(0).y() - points.get(1).y();
        Element.Path band = elements(chart, Element.Path.class)
                .filter(Element.Path::closed)
                .findFirst()
                .orElseThrow();
        assertThat(band.spots()).hasSize(4);
        assertThat(band.spots().get(0).y()).isCloseTo(points.get(0).y() - unit, within(1e-9));
        assertThat(band.spots().get(1).y()).isCloseTo(points.get(1).y() - unit / 2, within(1e-9));
        assertThat(band.spots().get(3).y()).isCloseTo(points.get(0).y() + unit, within(1e-9));
        assertThat(text(chart, "3").y() - 4).isCloseTo(points.get(2).y(), within(1e-9));
    }

    @Test
    void classBarsAreSortedAndCutInTheMiddle() {
        List<ClassBars.Bar> bars =
                List.of(bar("low", 0.1), bar("none", GAP), bar("high", 0.8), bar("mid", 0.4), bar("second", 0.6));
        ClassBars chart =
                new ClassBars(Caption.of("t"), Axis.percent("AP").reaching(0, 1), LOOK, "positives", "", bars, 2, 1);
        List<Element.Rect> shown = data(chart, Element.Rect.class);
        assertThat(shown)
                .extracting(Element::tip)
                .containsExactly("high: 80.0\u00A0%, 7 positives", "second: 60.0\u00A0%, 7 positives");
        assertThat(shown.get(0).width() / shown.get(1).width()).isCloseTo(0.8 / 0.6, within(1e-9));
        assertThat(text(chart, "\u2026 2 more between \u2026").y())
                .isGreaterThan(shown.get(1).y());
        assertThat(text(chart, "\u2013").y())
                .as("a class without a value is written, with a dash")
                .isGreaterThan(shown.get(1).y());
        ClassBars whole = new ClassBars(chart.caption(), chart.values(), LOOK, "positives", "", bars, 5, 0);
        assertThat(data(whole, Element.Rect.class)).hasSize(4);
        assertThat(chart.rows())
                .extracting(List::getFirst)
                .containsExactly("label", "high", "second", "mid", "low", "none");
    }

    private static ClassBars.Bar bar(String label, double value) {
        return new ClassBars.Bar(label, value, GAP, "7", GAP);
    }

    @Test
    void aCalibratedBinStandsOnTheDiagonal() {
        ReliabilityDiagram chart = new ReliabilityDiagram(
                Caption.of("t"),
                LOOK,
                List.of(
                        new ReliabilityDiagram.Bin(0, 0.5, 0.25, 0.25, 40),
                        new ReliabilityDiagram.Bin(0.5, 1, 0.75, 0.5, 10)),
                0.05);
        Element.Line diagonal = elements(chart, Element.Line.class)
                .filter(l -> l.style().dash() > 0)
                .findFirst()
                .orElseThrow();
        List<Element.Circle> points = data(chart, Element.Circle.class);
        double side = diagonal.x2() - diagonal.x1();
        assertThat(diagonal.y1() - diagonal.y2()).isEqualTo(side);
        assertThat(points.get(0).x()).isCloseTo(diagonal.x1() + 0.25 * side, within(1e-9));
        assertThat(points.get(0).y()).isCloseTo(diagonal.y1() - 0.25 * side, within(1e-9));
        assertThat(points.get(1).y()).isCloseTo(diagonal.y1() - 0.5 * side, within(1e-9));
        List<Element.Rect> counts = data(chart, Element.Rect.class).stream()
                .filter(r -> r.tip().endsWith("predictions"))
                .toList();
        assertThat(counts.get(0).height()).isCloseTo(4 * counts.get(1).height(), within(1e-9));
        assertThat(text(chart, "ECE 5.0\u00A0%")).isNotNull();
    }

    @Test
    void sizesThatDoNotAgreeAreRefused() {
        assertThatThrownBy(() -> new GroupedBars(
                        Caption.of("t"),
                        List.of("a", "b"),
                        Axis.linear("y"),
                        List.of(new GroupedBars.Series("s", LOOK, new double[1], null))))
                .hasMessage("grouped bars: values of s: 1 numbers where 2 are needed: give one each");
        assertThatThrownBy(() -> new WinMatrix(Caption.of("t"), List.of("a", "b"), new int[1][2], new int[2][2]))
                .hasMessage("win matrix: wins: 1 rows for 2 names: give one each");
        assertThatThrownBy(() -> new LineChart(
                        Caption.of("t"),
                        Axis.linear("x"),
                        Axis.linear("y"),
                        List.of(new LineChart.Curve("c", LOOK, new double[2], new double[3], null))))
                .hasMessageContaining("line chart: y of c: 3 numbers");
        assertThatThrownBy(() -> new ReliabilityDiagram(
                        Caption.of("t"), LOOK, List.of(new ReliabilityDiagram.Bin(0.5, 1.2, 0.7, 0.7, 1)), GAP))
                .hasMessageContaining("0.5 to 1.2");
        assertThatThrownBy(() -> Caption.of(" ")).hasMessageContaining("title");
    }
}

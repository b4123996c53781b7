package org.unmute.report.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.geom.AffineTransform;
import java.awt.geom.Rectangle2D;
import java.io.StringReader;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unmute.report.drawing.Drawing;
import org.unmute.report.drawing.Element;
import org.unmute.report.drawing.TextWidth;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

/** Properties of every chart for any data, including gaps, a single number and none. */
class EveryChartTest {
    private static final Map<String, Chart> CHARTS = Charts.all();

    static Stream<String> names() {
        return CHARTS.keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("names")
    void svgIsXmlWithANameAndADescriptionAndEveryMark(String name) throws Exception {
        Drawing drawing = CHARTS.get(name).draw();
        Document svg = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(drawing.svg())));
        org.w3c.dom.Element root = svg.getDocumentElement();
        assertThat(root.getTagName()).isEqualTo("svg");
        assertThat(root.getAttribute("role")).isEqualTo("img");
        org.w3c.dom.Element title =
                (org.w3c.dom.Element) root.getElementsByTagName("title").item(0);
        assertThat(title.getTextContent()).isEqualTo(CHARTS.get(name).caption().title());
        assertThat(root.getAttribute("aria-labelledby")).isEqualTo(title.getAttribute("id"));
        assertThat(root.getElementsByTagName("desc").getLength()).isEqualTo(1);
        int elements = Stream.of("rect", "line", "circle", "polygon", "polyline", "text")
                .mapToInt(t -> root.getElementsByTagName(t).getLength())
                .sum();
        assertThat(elements).isEqualTo(drawing.elements().size());
        assertThat(drawing.svg()).doesNotContain("NaN", "Infinity", "null");
    }

    @ParameterizedTest
    @MethodSource("names")
    void nothingLiesOutsideTheDrawing(String name) {
        Drawing drawing = CHARTS.get(name).draw();
        Rectangle2D canvas = new Rectangle2D.Double(-0.01, -0.01, drawing.width() + 0.02, drawing.height() + 0.02);
        for (Element element : drawing.elements()) {
            assertThat(canvas.contains(bounds(element)))
                    .as("%s lies within %s x %s", element, drawing.width(), drawing.height())
                    .isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void noTextRunsIntoAnother(String name) {
        List<Element.Text> texts = CHARTS.get(name).draw().elements().stream()
                .filter(Element.Text.class::isInstance)
                .map(Element.Text.class::cast)
                .filter(t -> t.rotation() == 0)
                .toList();
        for (int i = 0; i < texts.size(); i++) {
            Rectangle2D box = bounds(texts.get(i));
            for (Element.Text other : texts.subList(0, i)) {
                assertThat(box.intersects(bounds(other)))
                        .as("%s and %s overlap", texts.get(i), other)
                        .isFalse();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void theSameChartGivesTheSameDrawingAndATableOfOneWidth(String name) {
        Chart chart = CHARTS.get(name);
        assertThat(chart.draw().svg()).isEqualTo(chart.draw().svg());
        List<List<String>> rows = chart.rows();
        assertThat(rows).isNotEmpty().allSatisfy(row -> assertThat(row).hasSameSizeAs(rows.getFirst()));
        assertThat(rows.stream().flatMap(List::stream)).doesNotContain("NaN", "Infinity", "-Infinity");
    }

    /**
     * The bounds of an element. Text is as wide as the width table states; its box is slightly reduced, since letters
     * do not fill their height.
     */
    static Rectangle2D bounds(Element element) {
        return switch (element) {
            case Element.Rect r -> new Rectangle2D.Double(r.x(), r.y(), r.width(), r.height());
            case Element.Line l -> {
                Rectangle2D box = new Rectangle2D.Double(l.x1(), l.y1(), 1e-6, 1e-6);
                box.add(l.x2(), l.y2());
                yield box;
            }
            case Element.Circle c ->
                new Rectangle2D.Double(c.x() - c.radius(), c.y() - c.radius(), 2 * c.radius(), 2 * c.radius());
            case Element.Path p -> {
                Rectangle2D box = new Rectangle2D.Double(
                        p.spots().getFirst().x(), p.spots().getFirst().y(), 1e-6, 1e-6);
                p.spots().forEach(s -> box.add(s.x(), s.y()));
                yield box;
            }
            case Element.Text t -> {
                double width = Math.max(1e-6, TextWidth.of(t.content(), t.font()));
                double left = switch (t.anchor()) {
                    case START -> 0;
                    case MIDDLE -> -width / 2;
                    case END -> -width;
                };
                AffineTransform turn = AffineTransform.getTranslateInstance(t.x(), t.y());
                turn.rotate(Math.toRadians(t.rotation()));
                yield turn.createTransformedShape(new Rectangle2D.Double(
                                left,
                                -0.75 * t.font().size(),
                                width,
                                0.95 * t.font().size()))
                        .getBounds2D();
            }
        };
    }
}

package org.unmute.report.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.unmute.data.scene.Scene;
import org.unmute.data.scene.Split;
import org.unmute.data.scene.SyntheticScenes;
import org.unmute.report.demo.DemoModel.ClassRow;
import org.unmute.report.demo.DemoModel.ClassTable;
import org.unmute.report.demo.DemoModel.Example;
import org.unmute.report.demo.DemoModel.Heat;
import org.unmute.report.demo.DemoModel.ProbeResult;
import org.unmute.report.demo.DemoModel.PrototypeMap;
import org.unmute.report.demo.DemoModel.Score;
import org.unmute.report.page.AxisTick;
import org.unmute.report.page.ColourMap;
import org.unmute.report.page.Fact;
import org.unmute.report.page.TimeTicks;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

public class DemoPageTest {
    private static final int RATE = 16000;
    private static final String EVIL = "<script>alert(\"x\")</script> & 'co'";

    /** Explicit, since the package is exported and the class public. */
    DemoPageTest() {}

    /** Invented numbers on a synthetic clip. */
    public static DemoModel model(String title) {
        Scene scene = new SyntheticScenes(SyntheticScenes.Options.standard().withEvents(3, 3), 11).clip(Split.TEST, 4);
        float[][] spectrogram = spectrogram(scene.samples());
        List<AxisTick> hertz = List.of(
                new AxisTick(0.02, "0"),
                new AxisTick(0.25, "2 kHz"),
                new AxisTick(0.5, "4 kHz"),
                new AxisTick(0.75, "6 kHz"));
        List<PrototypeMap> maps = new ArrayList<>();
        List<String> labels = scene.labels();
        for (int p = 0; p < 3; p++) {
            maps.add(new PrototypeMap(
                    p == 2 ? "rain" : labels.get(p),
                    7 * p + 3,
                    1.9 - 0.5 * p,
                    p < 2,
                    new Heat(
                            similarity(spectrogram, p),
                            2.9,
                            List.of(new AxisTick(0.125, "low"), new AxisTick(0.875, "high")),
                            "cosine")));
        }
        List<Score> scores = List.of(
                new Score(labels.get(0), 0.94, true),
                new Score(labels.get(1), 0.81, true),
                new Score("rain", 0.55, false),
                new Score(labels.get(2), 0.34, true),
                new Score("bird_chirp", 0.08, false));
        List<ClassRow> rows = new ArrayList<>();
        for (String name : SyntheticScenes.classNames().subList(0, 9)) {
            double base = 0.35 + 0.06 * rows.size();
            rows.add(new ClassRow(name, 40 + rows.size(), new double[] {
                base, base + 0.02, base + 0.05, rows.size() == 3 ? Double.NaN : base + 0.1
            }));
        }
        return new DemoModel(
                title,
                "Which probe hears more in the frozen tokens of a small encoder? Ten sound classes, one to three at a"
                        + " time.",
                List.of(
                        new Fact("Encoder", "demo-vit, 4 blocks, 128 wide"),
                        new Fact("Data", "800 train and 300 test clips of 3 s"),
                        new Fact("Seeds", "0, 1, 2"),
                        new Fact("Backend", "vector: 256-bit, 2 threads"),
                        new Fact("Command", "unmute demo --seed 0 --note " + EVIL)),
                List.of(
                        new ProbeResult("linear (cls)", 1290, 3, 0.512, 0.006, 0.480, 0.541),
                                new ProbeResult("linear (mean)", 1290, 3, 0.561, 0.004, 0.530, 0.590),
                        new ProbeResult("mhca", 67594, 3, 0.640, 0.021, 0.601, 0.677),
                                new ProbeResult("protobin", 27610, 3, 0.713, 0.009, 0.68, 0.745)),
                new ClassTable(List.of("linear (cls)", "linear (mean)", "mhca", "protobin"), rows, List.of("crackle")),
                new Example(
                        "test/000004.wav",
                        "protobin",
                        scene.samples(),
                        RATE,
                        new Heat(spectrogram, 3, hertz, "dB"),
                        scores,
                        maps),
                Instant.parse("2026-01-02T03:04:05Z"));
    }

    private static float[][] spectrogram(float[] x) {
        float[][] out = new float[(x.length - 512) / 160 + 1][64];
        for (int t = 0; t < out.length; t++) {
            for (int f = 0; f < 64; f++) {
                double re = 0;
                double im = 0;
                for (int i = 0; i < 512; i++) {
                    double w = 0.5 - 0.5 * Math.cos(2 * Math.PI * i / 512);
                    re += w * x[t * 160 + i] * Math.cos(2 * Math.PI * (f * 4 + 2) * i / 512);
                    im += w * x[t * 160 + i] * Math.sin(2 * Math.PI * (f * 4 + 2) * i / 512);
                }
                out[t][f] = (float) (10 * Math.log10(re * re + im * im + 1e-9));
            }
        }
        return out;
    }

    private static float[][] similarity(float[][] spectrogram, int prototype) {
        float[][] out = new float[18][4];
        for (int t = 0; t < 18; t++) {
            for (int f = 0; f < 4; f++) {
                out[t][f] =
                        (float) Math.tanh(spectrogram[t * 16][(f * 16 + 5 * prototype) % 64] / 40 - 0.3 * prototype);
            }
        }
        return out;
    }

    private static Document parse(String html) throws Exception {
        return DocumentBuilderFactory.newDefaultInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(html)));
    }

    private static List<Element> elements(Document document, String tag) {
        NodeList nodes = document.getElementsByTagName(tag);
        List<Element> out = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            out.add((Element) nodes.item(i));
        }
        return out;
    }

    @Test
    void isWellFormedAndNamesWhatItShows() throws Exception {
        Path file = Path.of("target", "report-test", "report.html");
        DemoPage.write(model("Unmute demo"), file);
        Document document = parse(Files.readString(file));
        assertThat(elements(document, "title").getFirst().getTextContent()).isEqualTo("Unmute demo");
        String text = document.getDocumentElement().getTextContent();
        assertThat(text)
                .contains(
                        "protobin",
                        "0.713 \u00B1 0.009",
                        "0.680 to 0.745",
                        "27\u202F610",
                        "crackle",
                        "2 January 2026, 03:04 UTC",
                        "test/000004.wav",
                        "cosine");
        assertThat(elements(document, "img"))
                .hasSize(4)
                .allSatisfy(i -> assertThat(i.getAttribute("alt")).isNotBlank());
        assertThat(elements(document, "h2")).hasSize(4);
        assertThat(text).contains("\u2013");
    }

    /** The highest mean is bold only if its interval lies above all others; classes are not tested. */
    @Test
    void onlyWhatDiffersIsBold() {
        DemoModel m = model("x");
        assertThat(DemoPage.render(m))
                .contains("bar best\" role=\"listitem\" aria-label=\"protobin: ")
                .contains("<tr class=\"best\"><th scope=\"row\">protobin</th>")
                .contains("Bold: the probe whose interval over the test clips lies above those of all others.")
                .doesNotContain("ap best");
        DemoModel close = new DemoModel(
                m.title(),
                m.summary(),
                m.facts(),
                List.of(
                        new ProbeResult("mhca", 67594, 3, 0.640, 0.021, 0.601, 0.677),
                        new ProbeResult("protobin", 27610, 3, 0.713, 0.009, 0.676, 0.745)),
                m.classes(),
                m.example(),
                m.made());
        assertThat(DemoPage.render(close))
                .doesNotContain("<tr class=\"best\">", "bar best\" role=\"listitem\" aria-label=\"protobin: ")
                .contains("the intervals of the best two over the test clips overlap");
    }

    @Test
    void everythingIsInsideTheFile() throws Exception {
        String html = DemoPage.render(model("Unmute demo"));
        assertThat(html)
                .doesNotContainIgnoringCase("http:")
                .doesNotContainIgnoringCase("https:")
                .doesNotContain("//cdn", "@import", "url(");
        Document document = parse(html);
        assertThat(elements(document, "script")).isEmpty();
        assertThat(elements(document, "link")).isEmpty();
        for (String tag : List.of("img", "audio")) {
            assertThat(elements(document, tag))
                    .isNotEmpty()
                    .allSatisfy(e -> assertThat(e.getAttribute("src")).startsWith("data:"));
        }
    }

    @Test
    void textIsEscapedEverywhere() throws Exception {
        DemoModel m = model(EVIL);
        Heat map = m.example().prototypes().getFirst().similarity();
        DemoModel evil = new DemoModel(
                EVIL,
                EVIL,
                List.of(new Fact(EVIL, EVIL)),
                List.of(new ProbeResult(EVIL, 1, 1, Double.NaN, Double.NaN, Double.NaN, Double.NaN)),
                new ClassTable(List.of(EVIL), List.of(new ClassRow(EVIL, 1, new double[] {0.5})), List.of(EVIL)),
                new Example(
                        EVIL,
                        EVIL,
                        new float[RATE],
                        RATE,
                        new Heat(map.values(), 1, List.of(new AxisTick(0, EVIL)), EVIL),
                        List.of(new Score(EVIL, 0.5, true)),
                        List.of(new PrototypeMap(EVIL, 0, 1, false, map))),
                m.made());
        String html = DemoPage.render(evil);
        assertThat(html).doesNotContain("<script").contains("&lt;script&gt;");
        assertThat(elements(parse(html), "title").getFirst().getTextContent()).isEqualTo(EVIL);
    }

    @Test
    void picturesAndSoundAreWhatTheNumbersSay() throws Exception {
        float[][] values = new float[30][5];
        values[7][4] = 1;
        DemoModel m = model("x");
        Heat heat = new Heat(values, 1, List.of(), "");
        float[] samples = {0, 0.5f, -1, 1, 2};
        String html = DemoPage.render(new DemoModel(
                "x",
                "",
                List.of(),
                m.results(),
                m.classes(),
                new Example("x", "x", samples, 8000, heat, List.of(), List.of(new PrototypeMap("x", 0, 1, true, heat))),
                m.made()));
        Matcher png = Pattern.compile("data:image/png;base64,([^\"]+)").matcher(html);
        assertThat(png.find() && png.find()).isTrue();
        var image = ImageIO.read(new ByteArrayInputStream(Base64.getDecoder().decode(png.group(1))));
        assertThat(image.getWidth()).isEqualTo(30);
        assertThat(image.getHeight()).isEqualTo(5);
        assertThat(image.getRGB(7, 0) & 0xFFFFFF).isEqualTo(ColourMap.SEQUENTIAL.rgb(1));
        assertThat(image.getRGB(8, 0) & 0xFFFFFF).isEqualTo(ColourMap.SEQUENTIAL.rgb(0));
        assertThat(html).contains("left:25.000%;bottom:90.000%");
        Matcher wav = Pattern.compile("data:audio/wav;base64,([^\"]+)").matcher(html);
        assertThat(wav.find()).isTrue();
        try (AudioInputStream in = AudioSystem.getAudioInputStream(
                new ByteArrayInputStream(Base64.getDecoder().decode(wav.group(1))))) {
            assertThat(in.getFormat().getSampleRate()).isEqualTo(8000f);
            assertThat(in.readAllBytes()).containsExactly(0, 0, 0, 0x40, 1, 0x80, 0xFF, 0x7F, 0xFF, 0x7F);
        }
    }

    @Test
    void lightnessOfTheColourMapRisesEvenly() {
        double before = -1;
        for (int i = 0; i <= 100; i++) {
            int rgb = ColourMap.SEQUENTIAL.rgb(i / 100.0);
            double luma = 0.2126 * (rgb >> 16) + 0.7152 * (rgb >> 8 & 255) + 0.0722 * (rgb & 255);
            assertThat(luma).isGreaterThan(before);
            before = luma;
        }
        assertThat(ColourMap.SEQUENTIAL.rgb(Double.NaN)).isEqualTo(ColourMap.SEQUENTIAL.rgb(0));
        assertThat(ColourMap.SEQUENTIAL.rgb(9)).isEqualTo(ColourMap.SEQUENTIAL.rgb(1));
    }

    @Test
    void timeAxisHasFewLabelsAtAnyLength() {
        for (double seconds : new double[] {0.3, 1, 3, 5, 10, 60, 600, 3600}) {
            List<AxisTick> ticks = TimeTicks.of(seconds);
            assertThat(ticks)
                    .hasSizeBetween(3, 8)
                    .allSatisfy(t -> assertThat(t.position()).isBetween(0.0, 1.0 + 1e-9));
        }
    }

    @Test
    void unusableModelsAreNamed() {
        assertThatThrownBy(() -> new Heat(new float[0][0], 1, List.of(), "")).hasMessageContaining("empty map");
        assertThatThrownBy(() -> new Heat(new float[][] {{1}, {1, 2}}, 1, List.of(), ""))
                .hasMessageContaining("1, 2");
        assertThatThrownBy(() ->
                        new ClassTable(List.of("a", "b"), List.of(new ClassRow("c", 1, new double[1])), List.of()))
                .hasMessageContaining("class c");
    }
}

package org.unmute.report.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.audio.Recording;
import org.unmute.files.NearestName;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.EncoderSpec.Grid;
import org.unmute.models.encoder.EncoderSpec.Input;
import org.unmute.models.encoder.EncoderSpec.TokenOrder;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.models.frontend.MelBands;
import org.unmute.probes.pool.Contributions;
import org.unmute.probes.pool.Contributions.Part;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.report.clip.ClipExplanation.Reason;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** Figures of clips with token grids and encoders that the end-to-end test does not cover. */
class ClipFiguresTest {
    private static final int RATE = 16_000;
    private static final int DIM = 8;
    private static final List<String> CLASSES = List.of("<rain> & 'wind'", "crow");

    private static Input windows(int samples, int hop) {
        return new Input(RATE, samples, 400, hop, "", Map.of(), new MelBands(128, 20, 8000));
    }

    /** No class token, one row of tokens over all frequencies and no windows, like Dasheng. */
    private static final EncoderSpec WHOLE = new EncoderSpec(
            "whole",
            "",
            new Input(
                    RATE,
                    EncoderSpec.WHOLE_RECORDING,
                    400,
                    EncoderSpec.WHOLE_RECORDING,
                    "",
                    Map.of(),
                    new MelBands(64, 0, 8000)),
            new Grid(252, 1, 640, TokenOrder.TIME_MAJOR, 0),
            DIM,
            1,
            List.of());
    /** The layout of EAT. */
    private static final EncoderSpec PADDED = new EncoderSpec(
            "padded",
            "",
            windows(164_080, 163_840),
            new Grid(64, 8, 2560, TokenOrder.TIME_MAJOR, 1),
            DIM,
            1,
            List.of());

    @TempDir
    Path folder;

    private static ClipExplanation explained(
            EncoderSpec spec, int time, double seconds, String probeName, boolean attention) {
        return explained(spec, time, seconds, 0, probeName, attention);
    }

    private static ClipExplanation explained(
            EncoderSpec spec, int time, double seconds, double start, String probeName, boolean attention) {
        SplittableRandom random = new SplittableRandom(2);
        float[] tokens = new float[time * spec.freq() * DIM];
        float[] cls = spec.hasCls() ? new float[DIM] : null;
        float[] attended = attention ? new float[2 * time * spec.freq()] : null;
        float[] samples = new float[(int) (seconds * spec.sampleRate())];
        for (float[] values : new float[][] {tokens, cls, attended, samples}) {
            for (int i = 0; values != null && i < values.length; i++) {
                values[i] = (float) (0.3 * random.nextGaussian());
            }
        }
        Probe probe = Probes.create(probeName, DIM, 2, spec.hasCls(), ProbeOptions.DEFAULTS, 3);
        ExplainedProbe scorer =
                ExplainedProbe.of(new TrainedProbe(probe, CLASSES, spec.hasCls(), false, null, "e", "f"));
        Features features = new Features(new TokenMap(time, spec.freq(), DIM, tokens, cls), List.of(), attended);
        ExplainedProbe.OnClip on = scorer.on(features);
        double[] logits = on.logits();
        ClipExplanation bare = new ClipExplanation(
                "a<b>.wav",
                new Recording(samples, spec.sampleRate(), 1),
                start,
                spec,
                features,
                probeName,
                CLASSES,
                logits,
                new double[] {0.25, 0.75},
                false,
                null,
                null,
                List.of(),
                on);
        List<Reason> reasons = new ArrayList<>();
        for (int c = 0; c < 2; c++) {
            Contributions all = on.contributions(c).orElseThrow();
            List<Part> top = all.strongest(3);
            double rest = all.sum()
                    - all.bias()
                    - top.stream().mapToDouble(Part::contribution).sum();
            reasons.add(new Reason(
                    c,
                    CLASSES.get(c),
                    logits[c],
                    bare.scores()[c],
                    all,
                    top.stream().map(bare::shown).toList(),
                    all.parts().size() - 3,
                    rest));
        }
        return new ClipExplanation(
                bare.clip(),
                bare.recording(),
                start,
                spec,
                features,
                probeName,
                CLASSES,
                logits,
                bare.scores(),
                false,
                null,
                null,
                reasons,
                on);
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

    private static java.awt.image.BufferedImage image(Element img) throws Exception {
        String uri = img.getAttribute("src");
        return ImageIO.read(new ByteArrayInputStream(Base64.getDecoder().decode(uri.substring(uri.indexOf(',') + 1))));
    }

    @Test
    void oneRowOfTokensAndNoClassToken() throws Exception {
        ClipFigures figures = ClipFigures.of(explained(WHOLE, 75, 3, "protobin", false));
        Document html = parse(figures.html());
        assertThat(html.getDocumentElement().getAttribute("class")).isEqualTo("clip-figures");
        assertThat(html.getDocumentElement().getTextContent())
                .contains("whole has no class token", "all")
                .doesNotContain("pads it");
        List<Element> images = elements(html, "img");
        // spectrogram, token map, three prototypes of two classes, weights
        assertThat(images)
                .hasSize(1 + 1 + 6 + 1)
                .allSatisfy(i -> assertThat(i.getAttribute("alt")).isNotBlank());
        assertThat(image(images.get(1)).getWidth()).isEqualTo(75);
        assertThat(image(images.get(1)).getHeight()).isEqualTo(1);
        assertThat(elements(html, "figure").stream()
                        .filter(f -> f.getAttribute("class").contains("flat")))
                .hasSize(7);
        assertThat(figures.end()).isCloseTo(3, within(1e-9));
        List<Path> written = figures.write(folder);
        assertThat(written).hasSize(images.size()).doesNotHaveDuplicates();
        for (Path file : written) {
            assertThat(ImageIO.read(file.toFile()).getWidth())
                    .as(file.toString())
                    .isGreaterThanOrEqualTo(200);
        }
    }

    /** A clip of 4 s in a window of 10.24 s. */
    @Test
    void whatIsPaddedIsMarked() throws Exception {
        ClipFigures figures = ClipFigures.of(explained(PADDED, 64, 4, "protobin", true));
        Document html = parse(figures.html());
        assertThat(figures.end()).isCloseTo(10.24, within(1e-9));
        assertThat(html.getDocumentElement().getTextContent())
                .contains("pads it to a full window", "mean of its 2 heads");
        List<Element> hatched = elements(html, "span").stream()
                .filter(s -> s.getAttribute("class").equals("padding"))
                .toList();
        assertThat(hatched)
                .hasSize(1 + 1 + 1 + 6)
                .allSatisfy(s -> assertThat(s.getAttribute("style")).isEqualTo("left:39.063%"));
        assertThat(elements(html, "img").getFirst().getAttribute("style"))
                .as("the spectrogram ends with the recording")
                .containsPattern("left:0\\.07\\d%;width:38\\.\\d+%");
    }

    /** The ring lies on the pixel with the maximum of its map. */
    @Test
    void ringsMarkTheWinningTokens() throws Exception {
        ClipExplanation clip = explained(PADDED, 64, 10.2, "protobin", false);
        Document html = parse(ClipFigures.of(clip).html());
        List<Element> rings = elements(html, "span").stream()
                .filter(s -> s.getAttribute("class").equals("ring"))
                .toList();
        List<Part> shown = clip.reasons().stream()
                .flatMap(r -> r.shown().stream())
                .map(ClipExplanation.LocatedPart::part)
                .toList();
        assertThat(rings).hasSize(shown.size());
        for (int i = 0; i < shown.size(); i++) {
            int t = shown.get(i).token() / 8;
            int f = shown.get(i).token() % 8;
            assertThat(rings.get(i).getAttribute("style"))
                    .isEqualTo(String.format(
                            java.util.Locale.ROOT,
                            "left:%.3f%%;bottom:%.3f%%",
                            100 * (t + 0.5) / 64,
                            100 * (f + 0.5) / 8));
        }
    }

    @Test
    void aStretchHasTheTimesOfItsRecording() throws Exception {
        double start = 3725;
        ClipExplanation whole = explained(PADDED, 64, 4, 0, "protobin", false);
        ClipExplanation clip = explained(PADDED, 64, 4, start, "protobin", false);
        Part part = clip.reasons().getFirst().shown().getFirst().part();
        assertThat(clip.shown(part).place().start())
                .isEqualTo(start + whole.shown(part).place().start());
        assertThat(clip.shown(part).padding()).isEqualTo(whole.shown(part).padding());
        assertThat(TermText.time(clip.shown(part))).startsWith("1:02:");
        Document html = parse(ClipFigures.of(clip).html());
        List<String> ticks = elements(html, "div").stream()
                .filter(d -> d.getAttribute("class").equals("x"))
                .map(Element::getTextContent)
                .distinct()
                .toList();
        assertThat(ticks).hasSize(1);
        assertThat(ticks.getFirst()).startsWith("1:02:06").contains("1:02:10");
        Path table = folder.resolve("contributions.csv");
        ContributionTable.write(clip, table);
        assertThat(java.nio.file.Files.readString(table))
                .contains("," + clip.shown(part).place().start() + ",");
    }

    @Test
    void probesWithoutPrototypesShowTokens() throws Exception {
        Document attentive =
                parse(ClipFigures.of(explained(PADDED, 64, 10.2, "mhca", true)).html());
        assertThat(attentive.getDocumentElement().getTextContent())
                .contains("What the probe attends to", "What each token adds");
        assertThat(elements(attentive, "img")).hasSize(1 + 1 + 1 + 1 + 2);
        Document mean =
                parse(ClipFigures.of(explained(WHOLE, 20, 0.8, "linear", false)).html());
        assertThat(elements(mean, "img")).hasSize(1 + 1 + 2);
        Document features =
                parse(ClipFigures.of(explained(PADDED, 64, 10.2, "mlp", true)).html());
        assertThat(features.getDocumentElement().getTextContent()).contains("does not decompose over tokens");
        assertThat(elements(features, "img")).hasSize(1 + 1 + 1);
    }

    @Test
    void aClipShorterThanAFrameOfTheSpectrogramIsDrawn() throws Exception {
        assertThat(elements(
                        parse(ClipFigures.of(explained(WHOLE, 1, 0.02, "protobin", false))
                                .html()),
                        "img"))
                .isNotEmpty();
    }

    @Test
    void aVeryLongRecordingIsDrawnWithoutItsSound() throws Exception {
        // a rate that keeps the test short
        EncoderSpec slow = new EncoderSpec(
                "slow",
                "",
                new Input(
                        1000,
                        EncoderSpec.WHOLE_RECORDING,
                        25,
                        EncoderSpec.WHOLE_RECORDING,
                        "",
                        Map.of(),
                        new MelBands(8, 0, 500)),
                new Grid(252, 1, 40, TokenOrder.TIME_MAJOR, 0),
                DIM,
                1,
                List.of());
        Document html = parse(
                ClipFigures.of(explained(slow, 15_025, 601, "protobin", false)).html());
        assertThat(elements(html, "audio")).isEmpty();
        assertThat(html.getDocumentElement().getTextContent()).contains("The sound is left out");
        assertThat(image(elements(html, "img").getFirst()).getWidth()).isGreaterThan(2000);
        for (Element img : elements(html, "img")) {
            assertThat(image(img).getWidth()).as("pixels are thinned").isLessThanOrEqualTo(4000);
        }
    }

    @Test
    void namesThatAreSpelledAlikeAreFound() {
        List<String> names = List.of("dog_bark", "Siren", "rain");
        assertThat(NearestName.to("sirn", names)).contains("Siren");
        assertThat(NearestName.to("DOGBARK", names)).contains("dog_bark");
        assertThat(NearestName.to("", names)).isEmpty();
    }
}

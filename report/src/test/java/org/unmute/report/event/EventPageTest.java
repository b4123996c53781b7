package org.unmute.report.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.kernels.contract.Failures.assertFails;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.unmute.probes.event.Band;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class EventPageTest {
    private static final EventPageLimits SMALL = new EventPageLimits(1_000_000, 100_000, 3, 3, 8);
    private static final Band BAND = new Band(2000, 3000, false);

    private static Document parsed(String html) {
        try {
            return DocumentBuilderFactory.newDefaultInstance()
                    .newDocumentBuilder()
                    .parse(new InputSource(new StringReader(html)));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static JsonNode data(String html) throws IOException {
        Matcher m = Pattern.compile("<script type=\"application/json\" id=\"data\">([^<]*)</script>")
                .matcher(html);
        assertThat(m.find()).isTrue();
        return new ObjectMapper().readTree(m.group(1));
    }

    private static int count(String html, String part) {
        return html.split(Pattern.quote(part), -1).length - 1;
    }

    @Test
    void holdsAllEventsInColumns() throws IOException {
        Scene scene = Scene.of(3, 600, 200, "2026%02d.wav");
        EventPage.Rendered page = scene.page(EventPageLimits.DEFAULT).render(PageEvents.of(scene.events), scene);
        JsonNode data = data(page.html());
        List<PageEvent> best = scene.events.stream()
                .sorted(Comparator.comparingDouble(e -> -e.score()))
                .toList();
        for (int i = 0; i < best.size(); i++) {
            PageEvent e = best.get(i);
            assertThat(data.at("/classes/" + data.at("/label/" + i).asInt()).asText())
                    .isEqualTo(e.label());
            assertThat(data.at("/files/" + data.at("/file/" + i).asInt()).asText())
                    .isEqualTo(e.file());
            assertThat(data.at("/onset/" + i).asLong()).isEqualTo(Math.round(1000 * e.onset()));
            assertThat(data.at("/millis/" + i).asLong()).isEqualTo(Math.round(1000 * e.seconds()));
            assertThat(data.at("/score/" + i).asLong()).isEqualTo(Math.round(1e4 * e.score()));
            assertThat(data.at("/low/" + i).asLong())
                    .isEqualTo(e.band().full() ? -1 : Math.round(e.band().low()));
        }
        assertThat(data.path("uris").path(0).asText()).isEqualTo("../recordings/202601.wav");
        assertThat(page.events()).isEqualTo(200);
        assertThat(page.snippets()).isEqualTo(6 * Scene.BIRDS.size());
        assertThat(count(page.html(), "<article class=\"snippet\"")).isEqualTo(page.snippets());
        Document document = parsed(page.html());
        assertThat(document.getElementsByTagName("audio").getLength()).isEqualTo(page.snippets() + 1);
        assertThat(page.html())
                .contains("200 events of 8 classes in 3 recordings, 30 min of sound.", "default-src 'none'")
                .doesNotContain("src=\"http", "unsafe-eval");
    }

    /** Pictures come before the list and after at most twelve classes. */
    @Test
    void thePicturesComeNearTheTop() throws IOException {
        Scene scene = new Scene();
        scene.files.add(new SoundFile("a.wav", "a.wav", 0, 60));
        List<EventClass> classes = new ArrayList<>();
        for (int i = 0; i < 15; i++) {
            classes.add(new EventClass("class " + i, 0.5));
            scene.add(new PageEvent("a.wav", i, i + 1, "class " + i, 0.6, BAND));
        }
        String html = new EventPage("Many", classes, scene.files, List.of(), EventPageLimits.DEFAULT)
                .render(PageEvents.of(scene.events), scene)
                .html();
        assertThat(Pattern.compile("<h2 id=\"(\\w+)\"").matcher(html).results().map(m -> m.group(1)))
                .containsSubsequence("summary", "snippets", "list");
        String[] tables = html.split("<details class=\"more\"><summary>3 classes with no more events than these");
        assertThat(tables).hasSize(2);
        assertThat(count(tables[0], "<a href=\"#list\" data-class")).isEqualTo(12);
        assertThat(count(tables[1], "<a href=\"#list\" data-class")).isEqualTo(3);
        parsed(html);
    }

    @Test
    void theBestAndTheDoubtfulOfEachClassAreDrawnOnce() throws IOException {
        Scene scene = Scene.of(2, 600, 300, "%d.wav");
        Timeline timeline = Timeline.of(scene.files, Scene.BIRDS.size());
        EventSelection selection =
                new EventSelection(scene.page(SMALL).classes(), scene.files, EventPageLimits.DEFAULT, timeline);
        scene.events.forEach(selection::add);
        for (EventSelection.OfClass c : selection.classes()) {
            List<Double> scores = scene.events.stream()
                    .filter(e -> e.label().equals(c.type().name()))
                    .map(PageEvent::score)
                    .sorted()
                    .toList();
            assertThat(c.best())
                    .extracting(x -> x.event().score())
                    .isEqualTo(scores.reversed().subList(0, 3));
            assertThat(c.doubtful()).extracting(x -> x.event().score()).isEqualTo(scores.subList(0, 3));
            assertThat(c.events()).isEqualTo(scores.size());
        }
        Scene few = new Scene();
        few.files.add(new SoundFile("a.wav", "a.wav", 0, 60));
        for (int i = 0; i < 4; i++) {
            few.add(new PageEvent("a.wav", 10 * i, 10 * i + 1, "wren", 0.6 + i / 10.0, BAND));
        }
        String html = few.page(EventPageLimits.DEFAULT)
                .render(PageEvents.of(few.events), few)
                .html();
        assertThat(count(html, "<article"))
                .as("three best, and the one that is left")
                .isEqualTo(4);
        assertThat(html).contains("0.600, 0.100 above the threshold");
    }

    @Test
    void staysWithinItsSizeAndSaysWhatIsLeftOut() throws IOException {
        Scene scene = Scene.of(4, 600, 30_000, "%d.wav");
        EventPage.Rendered page = scene.page(SMALL).render(PageEvents.of(scene.events), scene);
        assertThat(page.html().getBytes(StandardCharsets.UTF_8).length)
                .isLessThanOrEqualTo(1_000_000)
                .isGreaterThan(700_000);
        assertThat(page.listed()).isLessThan(30_000).isGreaterThan(10_000);
        assertThat(page.snippets()).isPositive();
        assertThat(page.leftOut()).isEqualTo(48 - page.snippets());
        assertThat(page.html().replace('\u202F', ','))
                .contains(String.format("%,d of 30,000 events, the best of each class by score", page.listed()))
                .contains(page.leftOut() + " snippets left out: the page would be larger than 1 MB.");
    }

    @Test
    void classesWithFewEventsKeepTheirsInAFullList() throws IOException {
        Scene scene = new Scene();
        scene.files.add(new SoundFile("a.wav", "a.wav", 0, 60_000));
        Random random = new Random(3);
        int[] counts = {1000, 400, 5, 0, 30, 0, 0, 0};
        for (int bird = 0; bird < counts.length; bird++) {
            for (int i = 0; i < counts[bird]; i++) {
                double onset = 50_000 * random.nextDouble();
                scene.add(new PageEvent(
                        "a.wav",
                        onset,
                        onset + 1,
                        Scene.BIRDS.get(bird),
                        0.5 + 0.1 * bird * random.nextDouble(),
                        BAND));
            }
        }
        Collections.shuffle(scene.events, random);
        EventPageLimits limits = new EventPageLimits(1_000_000, 100, 1, 1, 8);
        EventSelection selection =
                new EventSelection(scene.page(limits).classes(), scene.files, limits, Timeline.of(scene.files, 8));
        scene.events.forEach(selection::add);
        Map<String, Integer> listed = new HashMap<>();
        selection.list().forEach(c -> listed.merge(c.event().label(), 1, Integer::sum));
        assertThat(selection.listed()).isEqualTo(100);
        assertThat(listed).containsEntry(Scene.BIRDS.get(2), 5).containsEntry(Scene.BIRDS.get(4), 30);
        assertThat(listed.get(Scene.BIRDS.get(0)) + listed.get(Scene.BIRDS.get(1)))
                .isEqualTo(65);
        assertThat(Math.abs(listed.get(Scene.BIRDS.get(0)) - listed.get(Scene.BIRDS.get(1))))
                .isLessThanOrEqualTo(1);
    }

    @Test
    void theSameEventsGiveTheSameBytes() throws IOException {
        Scene scene = Scene.of(3, 600, 500, "%d.wav");
        EventPage page = scene.page(EventPageLimits.DEFAULT);
        assertThat(page.render(PageEvents.of(scene.events), scene))
                .isEqualTo(page.render(PageEvents.of(scene.events), scene));
    }

    @Test
    void aRecordingThatCannotBeReadIsNamed() throws IOException {
        Scene scene = Scene.of(2, 600, 40, "%02d.wav");
        EventPage.Rendered page = scene.page(EventPageLimits.DEFAULT).render(PageEvents.of(scene.events), file -> {
            if (file.name().startsWith("02")) {
                throw new IOException("the disk <is> gone");
            }
            return scene.open(file);
        });
        assertThat(page.problems()).containsExactly("02.wav: the disk <is> gone");
        assertThat(page.html()).contains("The recording could not be read: the disk &lt;is&gt; gone");
        parsed(page.html());
    }

    @Test
    void noEventIsSaidInWords() throws IOException {
        Scene scene = Scene.of(1, 60, 0, "%d.wav");
        String html = scene.page(EventPageLimits.DEFAULT)
                .render(PageEvents.of(scene.events), scene)
                .html();
        assertThat(html).contains("No event of any of the 8 classes was found.").doesNotContain("id=\"data\"");
        parsed(html);
    }

    @Test
    void partsOfARecordingLieOneAfterTheOther() throws IOException {
        Scene scene = new Scene();
        scene.files.add(new SoundFile("a.wav#100-110", "a.wav", 100, 10));
        scene.files.add(new SoundFile("a.wav#500-510", "a.wav", 500, 10));
        scene.add(new PageEvent("a.wav#500-510", 509, 509.5, "wren", 0.9, BAND));
        String html = scene.page(EventPageLimits.DEFAULT)
                .render(PageEvents.of(scene.events), file -> {
                    throw new IOException("gone");
                })
                .html();
        assertThat(html).contains("in 2 recordings, 20.0 s of sound.").contains("at most 1 in one column, at 0:19");
        assertThat(data(html).at("/onset/0").asLong()).isEqualTo(509_000);
    }

    @Test
    void confirmedEventsAreMarkedAlsoWithoutAScore() throws IOException {
        Scene scene = new Scene();
        scene.files.add(new SoundFile("a.wav", "a.wav", 0, 60));
        scene.add(new PageEvent("a.wav", 1, 2, "wren", Double.NaN, 1.5, BAND, true));
        scene.add(new PageEvent("a.wav", 5, 6, "wren", 0.9, 5.5, BAND, true));
        scene.add(new PageEvent("a.wav", 9, 10, "wren", 0.7, BAND));
        String html = scene.page(EventPageLimits.DEFAULT)
                .render(PageEvents.of(scene.events), scene)
                .html();
        assertThat(data(html).get("confirmed")).hasToString("[1,0,1]");
        assertThat(data(html).get("score")).hasToString("[9000,7000,-1]");
        assertThat(html).contains("<td>0.900</td>", "confirmed by a listener").doesNotContain(">NaN");
        scene.events.clear();
        scene.add(new PageEvent("a.wav", 9, 10, "wren", 0.7, BAND));
        assertThat(data(scene.page(EventPageLimits.DEFAULT)
                                .render(PageEvents.of(scene.events), scene)
                                .html())
                        .has("confirmed"))
                .isFalse();
    }

    @Test
    void unknownNamesAreErrors() throws IOException {
        Scene scene = Scene.of(1, 60, 0, "%d.wav");
        EventPage page = scene.page(EventPageLimits.DEFAULT);
        assertThatThrownBy(
                        () -> page.render(PageEvents.of(List.of(new PageEvent("1.wav", 0, 1, "emu", 1, BAND))), scene))
                .hasMessageContainingAll("class 'emu'", "no such class");
        assertThatThrownBy(
                        () -> page.render(PageEvents.of(List.of(new PageEvent("9.wav", 0, 1, "wren", 1, BAND))), scene))
                .hasMessageContainingAll("'9.wav'", "no such recording");
        assertFails(() -> new PageEvent("1.wav", 2, 1, "wren", 1, BAND), "from 2.0 to 1.0 s");
        assertFails(() -> new PageEvent("1.wav", 0, 1, "wren", Double.NaN, BAND), "NaN");
    }

    @Test
    void referencesAreRelativeAndEncoded() throws IOException {
        Path page = Path.of("/data/out/events.html");
        assertThat(SoundFile.of(page, Path.of("/data/rec/a b#1?.wav"), "x", 0, 1)
                        .uri())
                .isEqualTo("../rec/a%20b%231%3F.wav");
        assertThat(SoundFile.of(page, Path.of("/data/out/\u00E4:1.wav"), "x", 0, 1)
                        .uri())
                .isEqualTo("%C3%A4%3A1.wav");
    }

    @Test
    void startsAreReadFromNames() throws IOException {
        assertThat(new SoundFile("SM4_20260516_053000.wav", "", 0, 1).started())
                .hasToString("Optional[2026-05-16T05:30]");
        assertThat(new SoundFile("a/20260516T235959Z.flac", "", 0, 1).started())
                .hasToString("Optional[2026-05-16T23:59:59]");
        assertThat(new SoundFile("2026-05-16_05-30-00.wav", "", 0, 1).started()).isPresent();
        for (String name :
                List.of("XC123456.wav", "20261399_250000.wav", "1234567890123456.wav", "20260516_053000/a.wav")) {
            assertThat(new SoundFile(name, "", 0, 1).started()).as(name).isEmpty();
        }
    }

    @Test
    void theBandDecidesTheRateOfTheSound() throws IOException {
        SoundFile file = new SoundFile("a.wav", "a.wav", 0, 60);
        for (int[] highAndRate :
                new int[][] {{3000, 16_000}, {8000, 16_000}, {9000, 24_000}, {20_000, 48_000}, {60_000, 48_000}}) {
            PageEvent event = new PageEvent("a.wav", 10, 11, "bat", 0.9, new Band(100, highAndRate[0], false));
            EventSelection selection = new EventSelection(
                    List.of(new EventClass("bat", 0.5)), List.of(file), SMALL, Timeline.of(List.of(file), 1));
            selection.add(event);
            SnippetPlan.Planned p = SnippetPlan.of(selection.classes(), List.of(file), SMALL, 1_000_000)
                    .snippets()
                    .getFirst();
            assertThat(p.audioRate()).isEqualTo(highAndRate[1]);
            assertThat(p.pictureRate()).isGreaterThanOrEqualTo(2 * highAndRate[0]);
            assertThat(p.start()).isEqualTo(9);
            assertThat(p.end()).isEqualTo(12);
        }
    }

    @Test
    void aLongEventIsShownWhereItsScoreWasReached() {
        SoundFile file = new SoundFile("a.wav", "a.wav", 0, 600);
        double[][] peakAndStart = {{300, 296}, {101, 99.5}, {499.9, 492.5}};
        for (double[] one : peakAndStart) {
            PageEvent event = new PageEvent("a.wav", 100, 500, "bat", 0.9, one[0], BAND);
            EventSelection selection = new EventSelection(
                    List.of(new EventClass("bat", 0.5)), List.of(file), SMALL, Timeline.of(List.of(file), 1));
            selection.add(event);
            SnippetPlan.Planned p = SnippetPlan.of(selection.classes(), List.of(file), SMALL, 1_000_000)
                    .snippets()
                    .getFirst();
            assertThat(p.start()).isEqualTo(one[1]);
            assertThat(p.end()).isEqualTo(one[1] + 8);
        }
    }

    @Test
    void spectrogramsAreBrightWhereAToneIs() throws IOException {
        int rate = 16_000;
        float[] tone = new float[2 * rate];
        for (int i = rate; i < tone.length; i++) {
            tone[i] = (float) Math.sin(2 * Math.PI * 6000 * i / rate);
        }
        var image = ImageIO.read(new ByteArrayInputStream(Snippet.spectrogram(tone, rate)));
        int loudest = 0;
        for (int y = 0; y < Snippet.HEIGHT; y++) {
            int there = image.getRGB(300, y) >> 8 & 255;
            loudest = there > (image.getRGB(300, loudest) >> 8 & 255) ? y : loudest;
            assertThat(image.getRGB(100, y) >> 8 & 255).as("silence").isLessThan(20);
        }
        assertThat(Snippet.HEIGHT - loudest)
                .as("6 of 8 kHz from the bottom")
                .isBetween(Snippet.HEIGHT * 3 / 4 - 1, Snippet.HEIGHT * 3 / 4 + 2);
        assertThat(Snippet.spectrogram(new float[] {0.5f}, 8000)).isNotEmpty();
    }

    @Test
    void noiseIsNotLargerThanPlanned() throws IOException {
        Random random = new Random(5);
        float[] noise = new float[48_000];
        for (int i = 0; i < noise.length; i++) {
            noise[i] = (float) random.nextGaussian() * 0.2f;
        }
        Snippet snippet = new Snippet(0, 3, 8000, Snippet.spectrogram(noise, 16_000), noise, 16_000);
        assertThat((long) snippet.pictureUri().length() + org.unmute.report.page.Html.wavUriLength(noise.length))
                .isLessThanOrEqualTo(Snippet.maxLength(noise.length));
    }
}

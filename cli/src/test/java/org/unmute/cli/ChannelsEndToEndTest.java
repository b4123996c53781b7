package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.audio.Wav;
import org.unmute.cli.console.ExitCode;
import org.unmute.data.annotation.Annotation;
import org.unmute.data.annotation.AnnotationTable;
import org.unmute.data.provenance.Json;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.TokenCache;

/** {@code --channels}: the mean of all, each channel, or one, and the warning about channels that cancel. */
class ChannelsEndToEndTest {
    private static final int RATE = 16_000;

    @TempDir
    static Path folder;

    private static Path probe;
    private static Path recordings;
    private static float[] scene;

    @BeforeAll
    static void prepare() throws IOException {
        probe = DetectFixture.probes(folder, "protobin").getFirst();
        recordings = Files.createDirectories(folder.resolve("recordings"));
        scene = DetectFixture.scene(8, 3);
        float[] opposite = new float[scene.length];
        for (int i = 0; i < scene.length; i++) {
            opposite[i] = -scene[i];
        }
        DetectFixture.writeFloats(recordings.resolve("anti.wav"), RATE, scene, opposite);
        DetectFixture.writeFloats(recordings.resolve("second.wav"), RATE, new float[scene.length], scene);
        DetectFixture.writeFloats(recordings.resolve("mono.wav"), scene, RATE, 1);
    }

    private static Ran detect(Path out, Path audio, Object... more) {
        return Ran.unmute(Ran.with(
                new Object[] {"detect", "--probe", probe, "--audio", audio, "--out", out, "--threshold", 0.4}, more));
    }

    private static List<Annotation> read(Path out, String name) throws IOException {
        return AnnotationTable.read(out.resolve(name)).annotations();
    }

    @Test
    void channelsThatCancelAreWarnedOfAndEachFindsTheEvents() throws IOException {
        Path mixed = folder.resolve("mixed");
        Ran mix = detect(mixed, recordings).endsWith(ExitCode.OK);
        String cancels =
                "anti.wav: its channels cancel each other: over 3.0 s from 0.0 s on, the mean of its 2 channels"
                        + " keeps less than 0.1 % of their energy: read each with --channels each";
        assertThat(mix.err())
                .contains(cancels)
                .contains("1 recording with channels that cancel each other")
                .doesNotContain("second.wav: its");
        assertThat(Files.readString(mixed.resolve("run.json"))).contains("\"cancellingRecordings\" : 1");
        assertThat(Files.readString(mixed.resolve("events.csv")))
                .startsWith(
                        "file,start,end,label,score,low,high,begin_datetime,end_datetime,site,latitude,longitude\n");
        List<Annotation> mono = read(mixed, "events.csv").stream()
                .filter(a -> a.file().equals("mono.wav"))
                .toList();
        assertThat(mono).isNotEmpty();

        Path each = folder.resolve("each");
        Ran ran = detect(each, recordings, Ran.line("--channels each --format csv,jsonl,raven,parquet,audacity --page"))
                .endsWith(ExitCode.OK);
        assertThat(ran.err()).doesNotContain("cancel");
        List<Annotation> all = read(each, "events.csv");
        List<Annotation> ofSecond = all.stream()
                .filter(a -> a.file().equals("second.wav") && a.channel() == 2)
                .toList();
        assertThat(ofSecond)
                .usingRecursiveComparison()
                .ignoringFields("file", "channel")
                .isEqualTo(mono);
        assertThat(all.stream()
                        .filter(a -> a.file().equals("anti.wav"))
                        .map(Annotation::channel)
                        .distinct())
                .containsExactly(1, 2);
        assertThat(all).filteredOn(a -> a.file().equals("mono.wav")).hasSameSizeAs(mono);
        for (String table : List.of("raven-combined.txt", "events.parquet")) {
            assertThat(read(each, table))
                    .extracting(Annotation::channel)
                    .as(table)
                    .isEqualTo(channels(all));
        }
        List<Annotation> raven = read(each, "raven/second#ch2.selections.txt");
        assertThat(raven)
                .usingRecursiveComparison()
                .ignoringFields("file", "low", "high")
                .isEqualTo(ofSecond);
        assertThat(AnnotationTable.recordingOf(Path.of("second#ch2.selections.txt")))
                .isEqualTo("second");
        assertThat(Json.MAPPER
                        .readTree(Files.readString(each.resolve("events.jsonl"))
                                .lines()
                                .findFirst()
                                .orElseThrow())
                        .path("channel")
                        .asInt())
                .isEqualTo(all.getFirst().channel());
        detect(each, recordings).fails(ExitCode.INPUT, "channels was each, now is mix");
        detect(mixed, recordings, "--channels", 2).fails(ExitCode.INPUT, "channels was mix, now is 2");
    }

    private static List<Integer> channels(List<Annotation> events) {
        return events.stream().map(Annotation::channel).toList();
    }

    @Test
    void aRecordingWithoutTheChannelIsSkipped() throws IOException {
        Path out = folder.resolve("second");
        Ran ran = detect(out, recordings, "--channels", 2).endsWith(ExitCode.OK);
        assertThat(Files.readString(out.resolve("skipped.csv")))
                .contains("mono.wav#ch2,0.000,there is no channel 2: it has one channel");
        assertThat(ran.out()).contains("1 skipped");
        assertThat(read(out, "events.csv")).extracting(Annotation::channel).containsOnly(2);
        Ran.unmute("embed", "--audio", recordings, "--channels", "0", "--out", out)
                .fails(ExitCode.USAGE, "--channels is mix, each, or the number of a channel, 1 to 64, not '0'");
    }

    @Test
    void embedKeepsChannelsApartAndLabelsApplyToEach() throws IOException {
        Path cache = folder.resolve("channels");
        Object[] embed = {"embed", "-q", "--audio", recordings, "--out", cache, "--channels"};
        Ran.ok(Ran.with(embed, "each", "--clip", 2));
        try (TokenCache tokens = TokenCache.open(cache)) {
            assertThat(tokens.clips())
                    .extracting(CachedClip::id)
                    .containsExactly(
                            ("anti.wav#ch1#0-2 anti.wav#ch1#2-3 anti.wav#ch2#0-2 anti.wav#ch2#2-3 mono.wav#ch1#0-2 "
                                            + "mono.wav#ch1#2-3 second.wav#ch1#0-2 second.wav#ch1#2-3 second.wav#ch2#0-2 second.wav#ch2#2-3")
                                    .split(" "));
            assertThat(tokens.read("second.wav#ch2#0-2").tokens())
                    .isEqualTo(tokens.read("mono.wav#ch1#0-2").tokens());
        }
        Ran.unmute(Ran.with(embed, "mix"))
                .fails(
                        ExitCode.INPUT,
                        "holds clips of single channels, such as 'anti.wav#ch1#0-2', not those of --channels mix");
        Path labels = Files.writeString(
                folder.resolve("labels.csv"),
                "file,start,end,labels\nanti.wav,0,2,a\nanti.wav,2,3,b\nsecond.wav,0,2,b\nmono.wav,0,2,a\n");
        Path run = folder.resolve("labelled");
        Ran.ok("probe -q --probe linear --epochs 1 --cache {} --labels {} --out {}", cache, labels, run);
        try (Stream<String> lines = Files.lines(run.resolve("clips.csv"))) {
            assertThat(lines.map(line -> line.split(",")[0]))
                    .contains("anti.wav#ch1", "anti.wav#ch2", "second.wav#ch1", "second.wav#ch2", "mono.wav#ch1");
        }
    }

    @Test
    void tagFeaturesAndExplainHearOneChannel() throws IOException {
        Path one = folder.resolve("one.wav");
        Wav.write(one, scene, RATE);
        Path scores = folder.resolve("scores.csv");
        Ran.ok("tag", "-q", "--probe", probe, "--audio", recordings, "--channels", "each", "--scores", scores);
        List<String> rows = Files.readAllLines(scores);
        assertThat(rows.stream().map(r -> r.split(",")[0]))
                .containsExactly(
                        "file", "anti.wav#ch1", "anti.wav#ch2", "mono.wav#ch1", "second.wav#ch1", "second.wav#ch2");
        assertThat(rows.get(5).substring("second.wav#ch2".length()))
                .isEqualTo(rows.get(3).substring("mono.wav#ch1".length()));
        Path anti = recordings.resolve("anti.wav");
        Path vector = folder.resolve("vector.npy");
        Ran.unmute("features", "--audio", anti, "--out", vector).fails(ExitCode.OK, "cancel each other");
        Ran.unmute("explain", "--probe", probe, "--audio", anti).fails(ExitCode.OK, "cancel each other");
        assertThat(Ran.error(ExitCode.OK, "explain", "--probe", probe, "--audio", anti, "--channels", 1))
                .doesNotContain("cancel each other");
        Ran.unmute("explain", "--probe", probe, "--audio", anti, "--channels", "each")
                .fails(ExitCode.USAGE, "explain shows one sound");
    }
}

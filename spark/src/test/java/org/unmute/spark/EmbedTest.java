package org.unmute.spark;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageCompleted;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.audio.AudioFiles;
import org.unmute.audio.Resampler;
import org.unmute.audio.Wav;
import org.unmute.audio.playback.Speed;
import org.unmute.data.ClipDivision;
import org.unmute.data.ClipList;
import org.unmute.data.provenance.Json;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.TokenMap;
import org.unmute.models.encoder.TokenPooling;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.cache.CacheKey;
import org.unmute.probes.cache.CacheOptions;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.Embedding;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.cache.TokenCacheWriter;
import org.unmute.tensor.DType;

@FullBuild("runs Spark")
class EmbedTest {
    private static LocalSpark spark;

    @TempDir
    static Path temp;

    private static Path audio;

    @BeforeAll
    static void start() throws IOException {
        spark = new LocalSpark();
        audio = SmallRecordings.write(temp.resolve("audio"));
    }

    record Output(int status, String out, String err) {}

    static Output run(String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console console = new Console(
                new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));
        int status = Embed.run(console, args);
        return new Output(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** Embeds the same folder as {@code unmute embed} does. */
    static Path embedded(Path folder, ClipDivision.Rule rule, Path cache) throws IOException {
        OpenEncoder encoder = OpenEncoder.embedded();
        CacheKey key = encoder.key("hann", DType.F16);
        List<AudioClip> clips = ClipDivision.of(ClipList.of(folder, null).clips(), rule, AudioFiles::open)
                .clips();
        Embedding embedding = new Embedding(encoder.encoder(), AudioFiles::open, Resampler.Kernel.HANN, false);
        try (TokenCacheWriter writer = TokenCacheWriter.open(cache, key, CacheOptions.DEFAULT)) {
            embedding.run(clips, writer, new Embedding.Listener() {
                @Override
                public void stored(AudioClip clip, boolean before) {}

                @Override
                public void skipped(AudioClip clip, String reason) {}
            });
        }
        return cache;
    }

    static void assertSameTokens(Path actual, Path expected) throws IOException {
        try (TokenCache a = TokenCache.open(actual);
                TokenCache e = TokenCache.open(expected)) {
            assertThat(a.key()).isEqualTo(e.key());
            assertThat(ids(a)).isEqualTo(ids(e));
            for (CachedClip clip : e.clips()) {
                assertThat(a.find(clip.id()).orElseThrow().audioSha256())
                        .as(clip.id())
                        .isEqualTo(clip.audioSha256());
                TokenMap one = a.read(clip.id());
                TokenMap other = e.read(clip.id());
                assertThat(one.tokens()).as(clip.id()).isEqualTo(other.tokens());
                assertThat(one.isSoundKnown()).as(clip.id()).isTrue();
                assertThat(one.padding()).as(clip.id()).isEqualTo(other.padding());
                assertThat(one.cls()).as(clip.id()).isEqualTo(other.cls());
            }
            assertThat(a.verify()).isEmpty();
        }
    }

    private static TreeSet<String> ids(TokenCache cache) {
        TreeSet<String> ids = new TreeSet<>();
        cache.clips().forEach(clip -> ids.add(clip.id()));
        return ids;
    }

    private static Map<String, Row> index(Path out) {
        Map<String, Row> rows = new HashMap<>();
        for (Row row :
                spark.session().read().parquet(out.resolve("index").toString()).collectAsList()) {
            assertThat(rows.put(row.getAs("clip"), row)).as("%s", row).isNull();
        }
        return rows;
    }

    /** Both options that say how recordings are played. */
    @Test
    void channelsAndSpeedAreThoseOfOneMachine(@TempDir Path out) throws IOException {
        Path stereo = Files.createDirectory(temp.resolve("stereo"));
        int rate = 160_000;
        ByteBuffer wav = ByteBuffer.allocate(44 + 8 * rate).order(ByteOrder.LITTLE_ENDIAN);
        wav.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(36 + 8 * rate);
        wav.put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII)).putInt(16).putShort((short) 1);
        wav.putShort((short) 2)
                .putInt(rate)
                .putInt(4 * rate)
                .putShort((short) 4)
                .putShort((short) 16);
        wav.put("data".getBytes(StandardCharsets.US_ASCII)).putInt(8 * rate);
        for (int i = 0; i < 2 * rate; i++) {
            wav.putShort((short) (8000 * Math.sin(i * 0.3))).putShort((short) (4000 * Math.sin(i * 0.1)));
        }
        Files.write(stereo.resolve("a.wav"), wav.array());
        String[] args = {"--audio", stereo.toString(), "--out", out.toString(), "--clip", "1", "--speed", "0.1"};
        Output run = run(with(args, "--channels", "each"));
        assertThat(run.status()).as(run.err()).isZero();
        OpenEncoder encoder = OpenEncoder.embedded();
        CacheKey key = CacheKey.of(
                encoder.encoder().describe().atSpeed(Speed.parse("0.1")),
                encoder.hash(),
                Resampler.Kernel.HANN,
                DType.F16);
        try (TokenCache cache = TokenCache.open(out.resolve("tokens"))) {
            assertThat(cache.key().frontEnd()).isEqualTo(key.frontEnd());
            assertThat(ids(cache)).containsExactly("a.wav#ch1#0-1", "a.wav#ch1#1-2", "a.wav#ch2#0-1", "a.wav#ch2#1-2");
            Path expected = temp.resolve("expected-channels");
            AudioClip clip = new AudioClip("a.wav#ch2#1-2", stereo.resolve("a.wav"), 1, 2, 2);
            Embedding embedding = new Embedding(
                    encoder.encoder().atSpeed(Speed.parse("0.1")), AudioFiles::open, Resampler.Kernel.HANN, true);
            try (TokenCacheWriter writer = TokenCacheWriter.open(expected, key, CacheOptions.DEFAULT)) {
                embedding.run(List.of(clip), writer, new Embedding.Listener() {
                    @Override
                    public void stored(AudioClip stored, boolean before) {}

                    @Override
                    public void skipped(AudioClip skipped, String reason) {}
                });
            }
            try (TokenCache own = TokenCache.open(expected)) {
                assertThat(cache.read(clip.id()).tokens())
                        .isEqualTo(own.read(clip.id()).tokens());
            }
        }
        assertThat(run(with(args, "--channels", "2")).err()).contains("channels");
        assertThat(run("--audio", stereo.toString(), "--out", out.toString()).status())
                .isNotZero();
    }

    private static String[] with(String[] args, String... more) {
        return Stream.concat(Stream.of(args), Stream.of(more)).toArray(String[]::new);
    }

    @Test
    void tokensAreThoseOfOneMachine(@TempDir Path out) throws IOException {
        Output run = run("--audio", audio.toString(), "--out", out.toString(), "--clip", "10");
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).contains((SmallRecordings.USABLE + 2) + " clips", "2 skipped", "text.wav");
        Path expected = embedded(audio, ClipDivision.Rule.every(10), temp.resolve("expected"));
        assertSameTokens(out.resolve("tokens"), expected);
        assertThat(out.resolve("tokens/run.json")).exists();
        Map<String, Row> index = index(out);
        assertThat(index).hasSize(SmallRecordings.USABLE + 2 + SmallRecordings.UNUSABLE.length);
        for (String id : SmallRecordings.UNUSABLE) {
            assertThat((String) index.get(id).getAs("error")).isNotBlank();
        }
        assertThat((String) index.get("c/d/long.wav#20-25").getAs("path")).isEqualTo("c/d/long.wav");
        try (TokenCache cache = TokenCache.open(expected)) {
            for (CachedClip clip : cache.clips()) {
                assertThat(index.get(clip.id()).<Integer>getAs("padding")).isEqualTo(clip.padding());
            }
        }
    }

    @Test
    void aSecondRunDoesOnlyWhatIsMissing(@TempDir Path folder) throws IOException {
        Path mine = SmallRecordings.write(folder.resolve("audio"));
        Path out = folder.resolve("out");
        String[] args = {"--audio", mine.toString(), "--out", out.toString(), "--keep", "tokens,pooled"};
        assertThat(run(args).status()).isZero();
        Output again = run(args);
        assertThat(again.status()).as(again.err()).isZero();
        assertThat(again.out()).contains("0 embedded now, " + SmallRecordings.USABLE + " already there", "2 skipped");

        Wav.write(mine.resolve("a.wav"), SmallRecordings.sound(20_000, 16_000, 99), 16_000);
        Wav.write(mine.resolve("new.wav"), SmallRecordings.sound(20_000, 16_000, 98), 16_000);
        // Touched, but with the same content.
        Files.setLastModifiedTime(mine.resolve("z/low.wav"), FileTime.fromMillis(1_000_000));
        Output changed = run(args);
        assertThat(changed.out())
                .contains("2 embedded now, " + (SmallRecordings.USABLE - 1) + " already there", "2 skipped");
        assertSameTokens(out.resolve("tokens"), embedded(mine, ClipDivision.Rule.DEFAULT, folder.resolve("expected")));
        assertThat(index(out)).hasSize(SmallRecordings.USABLE + 1 + SmallRecordings.UNUSABLE.length);
        assertThat(run(args).out()).contains("0 embedded now");
    }

    @Test
    void labelsAndSplitsFollowTheTableWithoutNewTokens(@TempDir Path folder) throws IOException {
        Path table = folder.resolve("clips.csv");
        Path out = folder.resolve("out");
        String[] args = {
            "--audio", table.toString(), "--root", audio.toString(), "--out", out.toString(), "--keep", "tokens,pooled"
        };
        Files.writeString(table, "path,labels,split\na.wav,wren,train\nz/low.wav,robin,test\nc/50%25.wav,wren,test\n");
        assertThat(run(args).status()).isZero();
        Map<String, Row> before = index(out);
        Files.writeString(
                table, "path,labels,split\na.wav,wren;owl,train\nz/low.wav,robin,train\nc/50%25.wav,wren,test\n");
        Output changed = run(args);
        assertThat(changed.out()).contains("0 embedded now, 3 already there");
        assertThat(changed.err()).contains("labels or split of 2 clips in the folder are others now");
        // Labels and splits that a table does not state are kept.
        Files.writeString(table, "path,labels\na.wav,wren;owl\nz/low.wav,robin\nc/50%25.wav,\n");
        assertThat(run(args).err()).doesNotContain("labels or split");
        Map<String, Row> after = index(out);
        assertThat(notes(after, "a.wav")).isEqualTo("wren;owl, train");
        assertThat(notes(after, "z/low.wav")).isEqualTo("robin, train");
        assertThat(notes(after, "c/50%25.wav")).isEqualTo("wren, test");
        for (String clip : before.keySet()) {
            for (String column : List.of("sha256", "shard", "offset", "pooled")) {
                assertThat(after.get(clip).<Object>getAs(column))
                        .isEqualTo(before.get(clip).<Object>getAs(column));
            }
        }
    }

    private static String notes(Map<String, Row> index, String clip) {
        return index.get(clip).getAs("labels") + ", " + index.get(clip).getAs("split");
    }

    @Test
    void pooledVectorsAreThoseOfTheTokens(@TempDir Path out) throws IOException {
        Output run = run(
                "--audio", audio.toString(), "--out", out.toString(), "--keep", "pooled", "--pool", "max", "--json");
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).contains("\"embedded\" : " + SmallRecordings.USABLE);
        OpenEncoder encoder = OpenEncoder.embedded();
        TokenMap map = encoder.encoder().encode(AudioFiles.read(audio.resolve("c/50%25.wav")));
        List<Float> pooled =
                index(out).get("c/50%25.wav").getList(index(out).get("a.wav").fieldIndex("pooled"));
        float[] expected = TokenPooling.MAX.apply(map);
        assertThat(pooled).hasSize(expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertThat(pooled.get(i)).isEqualTo(expected[i]);
        }
        assertThat(out.resolve("tokens").toFile().list()).containsExactlyInAnyOrder("_manifest.json", "run.json");
    }

    @Test
    void anotherKeyIsRefused(@TempDir Path out) {
        assertThat(run("--audio", audio.toString(), "--out", out.toString()).status())
                .isZero();
        Output other = run("--audio", audio.toString(), "--out", out.toString(), "--dtype", "f32");
        assertThat(other.status()).isEqualTo(3);
        assertThat(other.err()).contains("dtype: F16, asked for F32", "choose another folder");
    }

    @Test
    void aStrictJobEndsAtARecordingThatCannotBeUsed(@TempDir Path out) {
        Output run = run("--audio", audio.toString(), "--out", out.toString(), "--strict");
        assertThat(run.status()).isEqualTo(3);
        assertThat(run.err()).contains("_folder_/", "--strict");
    }

    @Test
    void aDryRunWritesNothing(@TempDir Path folder) {
        Path out = folder.resolve("none");
        Output run = run("--audio", audio.toString(), "--out", out.toString(), "--dry-run");
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).contains("would hold", "of sound", "nothing was written");
        assertThat(out).doesNotExist();
    }

    @Test
    void nothingThatCouldBeUsedIsAFailure(@TempDir Path folder) throws IOException {
        Path mine = Files.createDirectories(folder.resolve("audio"));
        Files.writeString(mine.resolve("a.wav"), "no sound");
        Output run =
                run("--audio", mine.toString(), "--out", folder.resolve("out").toString());
        assertThat(run.status()).isEqualTo(3);
        assertThat(run.err()).contains("the clip could not be used");
    }

    @Test
    void anInputThatCannotBeListedIsOne(@TempDir Path folder) throws IOException {
        String out = folder.resolve("out").toString();
        Path list = Files.writeString(folder.resolve("clips.csv"), "path,start,end\na.wav,early,2\n");
        Output malformed = run("--audio", list.toString(), "--out", out);
        assertThat(malformed.err()).contains("clips.csv:2", "early");
        assertThat(malformed.status()).isEqualTo(3);
        Path empty = Files.createDirectory(folder.resolve("none"));
        Output none = run("--audio", empty.toString(), "--out", out);
        assertThat(none.err()).contains("no audio in");
        assertThat(none.status()).isEqualTo(3);
    }

    @Test
    void mistakesInTheCommandLineAreSaid() {
        assertThat(run("--out", "x").status()).isEqualTo(2);
        assertThat(run("--out", "x").err()).contains("--audio");
        assertThat(run("--audio", "a", "--out", "x", "--keep", "events").err())
                .contains("events are found by a probe: name one with --probe");
        assertThat(run("--audio", "a", "--out", "x", "--probe", "p").err()).contains("--keep");
        assertThat(run("--audio", "a", "--out", "x", "--shard-size", "much").err())
                .contains("--shard-size is a size such as 512m or 1g, not 'much'");
        assertThat(run("--audio", "a", "--out", "x", "--clip", "0.01").status()).isEqualTo(2);
        assertThat(run("--audio", "a", "--out", "x", "--heads", "0").err()).contains("heads must be at least 1");
        Output missing = run("--audio", temp.resolve("no/such").toString(), "--out", "x");
        assertThat(missing.status()).isEqualTo(3);
        assertThat(missing.err()).contains("no/such");
        assertThat(run("--audio", "a", "--out", "x", "--dtype", "bf16").err()).contains("[f16, f32]", "bf16");
        assertThat(run("--help").out().replaceAll("\\s+", " "))
                .contains("Exit status:", "tokens, pooled, scores, events", "f16, f32 (default: f16)");
    }

    /** Scores and events that are computed together with tokens equal those computed separately. */
    @Test
    void everythingAtOnceIsWhatEachIsByItself(@TempDir Path folder) throws IOException {
        String probe = SmallProbe.write(folder.resolve("probe.safetensors"), "protobin")
                .toString();
        Map<String, List<Row>> events = new HashMap<>();
        Map<String, List<Float>> scores = new HashMap<>();
        for (String keep : List.of("events", "scores", "tokens,pooled,scores,events")) {
            Path out = folder.resolve(keep);
            Output run = run(
                    "--audio",
                    audio.toString(),
                    "--out",
                    out.toString(),
                    "--keep",
                    keep,
                    "--probe",
                    probe,
                    "--clip",
                    "10",
                    "--threshold",
                    "0.5",
                    "--median",
                    "0");
            assertThat(run.status()).as(run.err()).isZero();
            if (keep.contains("events")) {
                events.put(
                        keep,
                        spark.session()
                                .read()
                                .parquet(out.resolve("events").toString())
                                .orderBy("clip", "label", "onset")
                                .collectAsList());
            }
            if (keep.contains("scores")) {
                List<Float> all = new ArrayList<>();
                new TreeMap<>(index(out)).values().forEach(row -> {
                    if (row.getAs("error") == null) {
                        all.addAll(row.getList(row.fieldIndex("scores")));
                    }
                });
                scores.put(keep, all);
            }
        }
        assertThat(events.get("events")).hasSizeGreaterThan(10).isEqualTo(events.get("tokens,pooled,scores,events"));
        assertThat(scores.get("scores"))
                .hasSize(3 * (SmallRecordings.USABLE + 2))
                .isEqualTo(scores.get("tokens,pooled,scores,events"));
    }

    @Test
    void filesOfEncoderAndProbeMayBeShipped(@TempDir Path folder) throws IOException {
        Path encoder = Files.write(folder.resolve("encoder 50% #1.safetensors"), Encoders.embeddedBytes());
        Path probes = Files.createDirectories(folder.resolve("run"));
        SmallProbe.write(probes.resolve("probe-seed3.safetensors"), "linear");
        String[] args = {
            "--audio",
            audio.resolve("a.wav").toString(),
            "--encoder",
            encoder.toString(),
            "--probe",
            probes.toString(),
            "--keep",
            "tokens,scores",
            "--out"
        };
        for (String ship : List.of("--ship", "--no-ship")) {
            Path out = folder.resolve("out" + ship);
            String[] all = Stream.concat(Stream.of(args), Stream.of(out.toString(), ship))
                    .toArray(String[]::new);
            Output run = run(all);
            assertThat(run.status()).as(run.err()).isZero();
            assertThat(index(out).get("a.wav").getList(index(out).get("a.wav").fieldIndex("scores")))
                    .hasSize(3);
            try (TokenCache cache = TokenCache.open(out.resolve("tokens"))) {
                TokenMap map = OpenEncoder.embedded().encoder().encode(AudioFiles.read(audio.resolve("a.wav")));
                assertThat(cache.read("a.wav").time()).isEqualTo(map.time());
            }
            // The record names the file that opens the encoder again, not the copy that was shipped.
            JsonNode record = Json.read(out.resolve("tokens/run.json")).path("results");
            assertThat(record.path("encoder").asText()).isEqualTo(encoder.toString());
            assertThat(record.at("/encoderOptions/encoder").asText()).isEqualTo(encoder.toString());
            assertThat(record.path("probe").asText()).isEqualTo(probes + "/probe-seed3.safetensors");
            assertThat(run.err()).contains("encoder " + encoder + ": ");
        }
        SmallProbe.write(probes.resolve("probe-seed4.safetensors"), "linear");
        Output several =
                run(Stream.concat(Stream.of(args), Stream.of(folder.resolve("x").toString()))
                        .toArray(String[]::new));
        assertThat(several.status()).isEqualTo(2);
        assertThat(several.err()).contains("holds 2 probes", "probe-seed3", "probe-seed4");
    }

    /** Accumulators that Spark's pages show for a stage. */
    @Test
    void accumulatorsTellWhatIsDone(@TempDir Path out) throws InterruptedException {
        Map<String, Object> told = new ConcurrentHashMap<>();
        SparkListener listener = new SparkListener() {
            @Override
            public void onStageCompleted(SparkListenerStageCompleted stage) {
                stage.stageInfo().accumulables().foreachEntry((_, one) -> {
                    if (one.name().isDefined() && one.value().isDefined()) {
                        told.put(one.name().get(), one.value().get());
                    }
                    return null;
                });
            }
        };
        spark.session().sparkContext().addSparkListener(listener);
        try {
            assertThat(run("--audio", audio.toString(), "--out", out.toString()).status())
                    .isZero();
            // Listeners are called on a separate thread, once for each accumulator.
            List<String> awaited = List.of("clips", "clips skipped", "seconds of audio");
            for (int i = 0; i < 3000 && !told.keySet().containsAll(awaited); i++) {
                Thread.sleep(100);
            }
        } finally {
            spark.session().sparkContext().removeSparkListener(listener);
        }
        assertThat(told).containsEntry("clips", (long) SmallRecordings.USABLE).containsEntry("clips skipped", 2L);
        assertThat((double) told.get("seconds of audio")).isBetween(50.0, 60.0);
    }
}

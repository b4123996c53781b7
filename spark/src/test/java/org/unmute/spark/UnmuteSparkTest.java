package org.unmute.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.audio.AudioFiles;
import org.unmute.audio.AudioStream;
import org.unmute.events.detection.ContextSeconds;
import org.unmute.events.detection.DetectionRules;
import org.unmute.events.detection.DetectorSetup;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.events.encoder.Resampling;
import org.unmute.events.scoring.Activation;
import org.unmute.events.scoring.ScoringHead;
import org.unmute.files.InputException;
import org.unmute.files.SettingsException;
import org.unmute.files.Sha256;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.models.encoder.TokenPooling;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.decision.Decisions;
import org.unmute.probes.decision.ScoreCalibration;
import org.unmute.probes.decision.ThresholdRule;
import org.unmute.probes.event.Event;
import org.unmute.probes.pool.PackedProtobin;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.spark.plan.EmbedOptions;
import org.unmute.spark.plan.ModelFiles;
import org.unmute.spark.task.ExecutorEncoder;
import org.unmute.tensor.DType;

@FullBuild("runs Spark")
class UnmuteSparkTest {
    private static final Decisions DECISIONS = new Decisions(
            ThresholdRule.MAX_F1,
            "split 'val'",
            9,
            new int[] {5, 4, 3},
            new double[] {0.25, 0.5, 0.5},
            new ScoreCalibration(new double[] {1.5, 1, 2}, new double[] {-0.25, 0.5, 0}));

    private static final StructType COLUMNS = new StructType()
            .add("split", DataTypes.StringType)
            .add("path", DataTypes.StringType)
            .add("start", DataTypes.FloatType)
            .add("end", DataTypes.DoubleType)
            .add("labels", DataTypes.createArrayType(DataTypes.StringType));

    private static LocalSpark spark;

    @TempDir
    static Path temp;

    private static Path audio;

    @BeforeAll
    static void start() throws IOException {
        spark = new LocalSpark();
        audio = SmallRecordings.write(temp.resolve("audio"));
    }

    private static Dataset<Row> rows(List<Row> rows) {
        return spark.session().createDataFrame(rows, COLUMNS).coalesce(1);
    }

    private static Row row(String file, Float start, Double end) {
        return RowFactory.create("train", audio.resolve(file).toString(), start, end, List.of("x", "y"));
    }

    @Test
    void aRowInGivesARowOut() throws IOException {
        List<Row> rows = new ArrayList<>();
        rows.add(row("a.wav", null, null));
        rows.add(row("_folder_/text.wav", null, null));
        rows.add(row("c/d/long.wav", 2f, 5.5));
        rows.add(row("c/d/long.wav", 5f, 4.0));
        rows.add(RowFactory.create("test", null, null, null, null));
        rows.add(row("a.wav", null, null));
        rows.add(row("c/number#1.wav", null, null));
        rows.add(row("no.wav", null, null));
        List<ResultRow> found = ResultRow.all(UnmuteSpark.embed(rows(rows), EmbedOptions.of(EmbedOptions.EMBEDDED)));
        assertThat(found).hasSameSizeAs(rows);
        assertThat(found)
                .extracting(c -> c.error() == null)
                .containsExactly(true, false, true, false, false, true, true, false);
        assertThat(found.get(1).error()).contains("not a sound file");
        assertThat(found.get(3).error()).contains("must begin at 0 s or later and end after that");
        assertThat(found.get(4).error()).contains("no path");
        assertThat(found.get(7).error()).contains("does not exist");
        for (int i = 0; i < rows.size(); i++) {
            assertThat(found.get(i).path()).isEqualTo(rows.get(i).getString(1));
            assertThat(found.get(i).<String>get("split")).isEqualTo(rows.get(i).getString(0));
        }
        assertThat(found.get(0).<String>get("labels")).isEqualTo("x;y");
        assertThat(found.get(4).<String>get("labels")).isNull();
        assertThat(found.get(2).<String>get("clip")).isEqualTo(audio.resolve("c/d/long.wav") + "#2-5.5");
        TokenMap map = OpenEncoder.embedded().encoder().encode(AudioFiles.read(audio.resolve("a.wav")));
        for (ResultRow clip : List.of(found.get(0), found.get(5))) {
            assertThat(clip.floats("tokens")).isEqualTo(map.tokens());
            assertThat(clip.floats("cls_token")).isEqualTo(map.cls());
            assertThat(clip.floats("pooled")).isEqualTo(TokenPooling.MEAN.apply(map));
            assertThat(List.of(clip.<Integer>get("time"), clip.<Integer>get("freq"), clip.<Integer>get("dim")))
                    .containsExactly(map.time(), map.freq(), map.dim());
            assertThat(map.time() - clip.<Integer>get("padding"))
                    .isEqualTo(map.sound())
                    .isLessThan(map.time());
            assertThat(clip.<String>get("sha256")).isEqualTo(Sha256.of(audio.resolve("a.wav")));
        }
        try (AudioStream file = AudioFiles.open(audio.resolve("c/d/long.wav"))) {
            TokenMap part = OpenEncoder.embedded().encoder().encode(new AudioClip("x", audio, 2, 5.5).read(file));
            assertThat(found.get(2).floats("tokens")).isEqualTo(part.tokens());
        }
    }

    @Test
    void manyRowsKeepTheirOrder() throws IOException {
        List<Row> rows = IntStream.range(0, 1100)
                .mapToObj(i -> i % 10 > 0 ? row("none-" + i, null, null) : row("a.wav", 0f, 0.1 + i / 10_000.0))
                .toList();
        List<ResultRow> found = ResultRow.all(UnmuteSpark.embed(rows(rows), EmbedOptions.of(EmbedOptions.EMBEDDED)));
        assertThat(found).hasSameSizeAs(rows);
        for (int i = 0; i < rows.size(); i++) {
            assertThat(found.get(i).path()).isEqualTo(rows.get(i).getString(1));
            assertThat(found.get(i).error() == null)
                    .as("row %d: %s", i, found.get(i).error())
                    .isEqualTo(i % 10 == 0);
            assertThat(found.get(i).<Integer>get("time"))
                    .isEqualTo((Integer) (i % 10 > 0 ? 0 : found.get(0).<Integer>get("time")));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"protobin", "linear", "cgp"})
    void scoresAreThoseOfOneMachine(String name) throws IOException {
        Path file = SmallProbe.write(temp.resolve("tag-" + name + ".safetensors"), name);
        TrainedProbe probe = TrainedProbe.open(file).with(DECISIONS);
        probe.save(file);
        EmbedOptions options = EmbedOptions.of(EmbedOptions.EMBEDDED).withProbe(file.toString());
        List<ResultRow> found = ResultRow.all(
                UnmuteSpark.tag(rows(List.of(row("a.wav", null, null), row("c/a=b&c+d.wav", null, null))), options));
        OpenEncoder encoder = OpenEncoder.embedded();
        ScoringHead head = ScoringHead.ofProbe(file, encoder, encoder.key("hann", DType.F32));
        assertThat(UnmuteSpark.classes(spark.session(), options)).containsExactly("a", "b", "c");
        for (ResultRow clip : found) {
            float[] samples = encoder.encoder().samples(AudioFiles.read(Path.of(clip.path())));
            Features features = encoder.encoder().features(samples, head.request());
            assertThat(clip.floats("scores"))
                    .as("those of 'tag'")
                    .isEqualTo(Activation.calibrated.of(head, head.logits(samples)))
                    .as("those of the library")
                    .isEqualTo(probe.scores(features));
            assertThat(clip.floats("raw_scores"))
                    .as("those of 'tag --scores'")
                    .isEqualTo(Activation.trained(head).of(head, head.logits(samples)))
                    .as("those of the library")
                    .isEqualTo(probe.rawScores(features))
                    .isNotEqualTo(clip.floats("scores"));
        }
    }

    @Test
    void scoresOfAPackedProbeAreThoseOfOneMachine() throws IOException {
        TrainedProbe trained = TrainedProbe.open(SmallProbe.write(temp.resolve("to-pack.safetensors"), "protobin"));
        Path file = temp.resolve("packed.safetensors");
        PackedProtobin packed = PackedProtobin.pack(trained.with(DECISIONS));
        packed.save(file);
        EmbedOptions options = EmbedOptions.of(EmbedOptions.EMBEDDED).withProbe(file.toString());
        ResultRow found = ResultRow.all(UnmuteSpark.tag(rows(List.of(row("a.wav", null, null))), options))
                .getFirst();
        TokenMap map = OpenEncoder.embedded().encoder().encode(AudioFiles.read(Path.of(found.path())));
        assertThat(found.floats("scores")).isEqualTo(packed.scores(map));
        assertThat(found.floats("raw_scores")).isEqualTo(packed.rawScores(map)).isNotEqualTo(packed.scores(map));
    }

    @Test
    void eventsAreThoseOfOneMachine() throws IOException {
        Path file = SmallProbe.write(temp.resolve("detect.safetensors"), "protobin");
        DetectionRules rules =
                new DetectionRules(0.5, Map.of(), Double.NaN, Double.NaN, 0.2, 0, 0.1, 0.05, 0, Set.of(), false);
        EmbedOptions options = EmbedOptions.of(EmbedOptions.EMBEDDED)
                .withProbe(file.toString())
                .withRules(rules, ContextSeconds.DEFAULTS);
        Dataset<Row> events = UnmuteSpark.detect(
                rows(List.of(
                        row("c/d/long.wav", null, null),
                        row("c/d/long.wav", 5f, 15.0),
                        row("_folder_/empty.wav", null, null),
                        row("z/high.wav", null, null))),
                options);
        List<ResultRow> found = ResultRow.all(events);
        assertThat(found).hasSize(4);
        assertThat(found.get(2).error()).contains("empty");
        assertThat(found.get(2).events()).isEmpty();
        DetectorSetup setup =
                DetectorSetup.of(file, OpenEncoder.embedded(), Resampling.hann, _ -> rules, ContextSeconds.DEFAULTS);
        for (int i : List.of(0, 1, 3)) {
            ResultRow clip = found.get(i);
            List<Event> expected = new ArrayList<>();
            try (AudioStream stream = AudioFiles.open(Path.of(clip.path()))) {
                double end = clip.<Double>get("end") == null ? Double.POSITIVE_INFINITY : clip.<Double>get("end");
                setup.detector().run(stream, clip.<Double>get("start"), end, expected::add, _ -> {});
            }
            assertThat(clip.error()).isNull();
            assertThat(clip.events()).hasSameSizeAs(expected);
            for (int e = 0; e < expected.size(); e++) {
                ResultRow event = clip.events().get(e);
                Event other = expected.get(e);
                assertThat(event.<String>get("label"))
                        .isEqualTo(List.of("a", "b", "c").get(other.label()));
                assertThat(event.<Double>get("onset")).isEqualTo(other.onset());
                assertThat(event.<Double>get("offset")).isEqualTo(other.offset());
                assertThat(event.<Double>get("score")).isEqualTo(other.score());
                assertThat(event.<Double>get("low")).isEqualTo(other.band().low());
            }
        }
        assertThat(found.get(0).events()).isNotEmpty();
        assertThat(events.select(functions.explode(functions.col("events"))).count())
                .isEqualTo(found.stream().mapToLong(c -> c.events().size()).sum());
    }

    @Test
    void mistakesAreSaidBeforeAnythingRuns() {
        Dataset<Row> rows = rows(List.of(row("a.wav", null, null)));
        EmbedOptions options = EmbedOptions.of(EmbedOptions.EMBEDDED);
        assertThatThrownBy(() -> UnmuteSpark.embed(rows.drop("path"), options))
                .isInstanceOf(SettingsException.class)
                .hasMessageContainingAll("no column 'path'", "split, start, end, labels");
        assertFails(SettingsException.class, () -> UnmuteSpark.detect(rows, options), "found by a probe");
        assertFails(() -> UnmuteSpark.embed(rows, EmbedOptions.of("/no/such.safetensors")), "/no/such.safetensors");
    }

    @Test
    void anExecutorRefusesAnotherFileThanTheDriverSaw() throws IOException {
        Path file = SmallProbe.write(temp.resolve("other.safetensors"), "linear");
        EmbedOptions options = EmbedOptions.of(EmbedOptions.EMBEDDED)
                .withFiles(new ModelFiles(
                        EmbedOptions.EMBEDDED,
                        null,
                        EncoderSettings.AUTHORS,
                        null,
                        file.toString(),
                        "0".repeat(64),
                        false));
        assertThatThrownBy(() -> ExecutorEncoder.of(options, new Configuration()))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("the job was planned with 0000", "--ship");
    }

    /** Asserts that the options are refused on the driver, in one line, before any task of the result runs. */
    private static void assertRefused(EmbedOptions options, String... words) {
        Dataset<Row> rows = rows(List.of(row("a.wav", null, null)));
        assertThatThrownBy(() -> UnmuteSpark.tag(rows, options))
                .isInstanceOf(InputException.class)
                .message()
                .contains(words)
                .doesNotContain("\n");
        if (options.files().probe() != null) {
            assertThatThrownBy(() -> UnmuteSpark.detect(rows, options))
                    .isInstanceOf(InputException.class)
                    .message()
                    .contains(words);
        }
    }

    @Test
    void aHeadThatCannotBeUsedIsSaidWhenTheDatasetIsMade(@TempDir Path folder) throws IOException {
        EmbedOptions options = EmbedOptions.of(EmbedOptions.EMBEDDED);
        assertRefused(options, "no classification head", "--probe");
        Path probe = SmallProbe.write(folder.resolve("probe.safetensors"), "linear");
        byte[] whole = Files.readAllBytes(probe);
        Path cut = Files.write(folder.resolve("cut.safetensors"), Arrays.copyOf(whole, whole.length / 2));
        assertRefused(options.withProbe(cut.toString()), "cut.safetensors");
        byte[] flipped = whole.clone();
        flipped[whole.length - 5] ^= 1;
        assertRefused(
                options.withProbe(Files.write(folder.resolve("flipped.safetensors"), flipped)
                        .toString()),
                "flipped.safetensors");
        Path text = Files.writeString(folder.resolve("text.safetensors"), "no probe, but a text");
        assertRefused(options.withProbe(text.toString()), "text.safetensors");
        Path empty = Files.createFile(folder.resolve("empty.safetensors"));
        assertRefused(options.withProbe(empty.toString()), "empty.safetensors");
        Path encoder = Files.write(folder.resolve("encoder.safetensors"), Encoders.embeddedBytes());
        assertRefused(options.withProbe(encoder.toString()), "encoder.safetensors");
        assertRefused(options.withProbe(probe.toString()).withResampling(Resampling.kaiser_best), "trained on");
        assertRefused(EmbedOptions.of(text.toString()), "text.safetensors");
        assertRefused(EmbedOptions.of(empty.toString()), "empty.safetensors");
        assertRefused(EmbedOptions.of(probe.toString()), "probe.safetensors");
        assertRefused(
                EmbedOptions.of(Files.write(folder.resolve("half.safetensors"), Arrays.copyOf(whole, 4000))
                        .toString()),
                "half.safetensors");
    }

    /** The index of a job is valid input, and so are results computed from it. */
    @Test
    void theIndexOfAJobIsInputAsItIs(@TempDir Path folder) throws IOException {
        Path probe = SmallProbe.write(folder.resolve("probe.safetensors"), "protobin");
        String out = folder.resolve("job").toString();
        EmbedTest.Output run = EmbedTest.run(
                "--audio",
                audio.toString(),
                "--out",
                out,
                "--keep",
                "pooled,scores",
                "--clip",
                "10",
                "--probe",
                probe.toString());
        assertThat(run.status()).as(run.err()).isZero();
        EmbedOptions options = EmbedOptions.of(EmbedOptions.EMBEDDED).withProbe(probe.toString());
        Dataset<Row> index = spark.session().read().parquet(out + "/index");
        assertThat(index.select("root").distinct().collectAsList())
                .extracting(row -> row.getString(0))
                .containsExactly("file:" + audio.toRealPath());
        Map<String, Row> rows = new HashMap<>();
        index.collectAsList().forEach(row -> rows.put(row.getAs("clip"), row));
        Dataset<Row> tagged = UnmuteSpark.tag(index, options);
        for (Dataset<Row> scores : List.of(tagged, UnmuteSpark.tag(tagged.toDF(), options))) {
            List<ResultRow> found = ResultRow.all(scores);
            assertThat(found).hasSameSizeAs(rows.values());
            for (ResultRow clip : found) {
                Row row = rows.get(clip.<String>get("clip"));
                assertThat(clip.path()).isEqualTo(row.getAs("path"));
                assertThat(clip.<String>get("root")).isEqualTo(row.getAs("root"));
                assertThat(clip.<Double>get("start")).isEqualTo(row.<Double>getAs("start"));
                assertThat(clip.<Double>get("end")).isEqualTo(row.getAs("end"));
                assertThat(clip.<String>get("sha256")).isEqualTo(row.getAs("sha256"));
                assertThat(clip.error() == null).as(clip.error()).isEqualTo(row.getAs("error") == null);
                if (clip.floats("scores") != null) {
                    List<Float> scored = row.getList(row.fieldIndex("scores"));
                    assertThat(clip.floats("scores")).containsExactly(scored.toArray(Float[]::new));
                }
            }
        }
        // The recordings have moved.
        Path moved = SmallRecordings.write(folder.resolve("moved"));
        assertThat(ResultRow.all(UnmuteSpark.tag(index.withColumn("root", functions.lit(moved.toString())), options)))
                .filteredOn(clip -> clip.error() == null)
                .hasSize(SmallRecordings.USABLE + 2)
                .allSatisfy(clip -> assertThat(clip.<String>get("root")).isEqualTo("file:" + moved));
    }

    @Test
    void rowsOfWhichNoFileIsThereAreRefused() throws IOException {
        EmbedOptions options = EmbedOptions.of(EmbedOptions.EMBEDDED);
        Row relative = RowFactory.create("train", "no/such.wav", null, null, null);
        Row none = RowFactory.create("train", null, null, null, null);
        assertThatThrownBy(() -> UnmuteSpark.embed(rows(List.of(none, relative, relative)), options))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("embed: the rows name no file that is there: the first has no path")
                .hasMessageContaining("column 'root'");
        assertThatThrownBy(() -> UnmuteSpark.embed(rows(List.of(relative, none)).repartition(2), options))
                .isInstanceOf(InputException.class);
        assertThatThrownBy(() -> UnmuteSpark.embed(rows(List.of(relative, none)), options))
                .hasMessageContaining("'no/such.wav', looked for at file:/");
        List<Row> one = List.of(relative, none, row("a.wav", null, null), relative);
        assertThat(ResultRow.all(UnmuteSpark.embed(rows(one), options)))
                .extracting(clip -> clip.error() == null)
                .containsExactly(false, false, true, false);
        assertThat(ResultRow.all(UnmuteSpark.embed(rows(List.of()), options))).isEmpty();
    }

    @Test
    void anEndThatIsNullInfiniteOrNoNumberIsThatOfTheFile() throws IOException {
        List<ResultRow> found = ResultRow.all(UnmuteSpark.embed(
                rows(List.of(
                        row("a.wav", null, null),
                        row("a.wav", 0f, Double.POSITIVE_INFINITY),
                        row("a.wav", Float.NaN, Double.NaN),
                        row("a.wav", 0.125f, null),
                        row("a.wav", 0.125f, 0.375))),
                EmbedOptions.of(EmbedOptions.EMBEDDED)));
        assertThat(found).extracting(ResultRow::error).containsOnlyNulls();
        assertThat(found).extracting(row -> row.<Double>get("end")).containsExactly(null, null, null, null, 0.375);
        assertThat(found.get(1).floats("tokens")).isEqualTo(found.get(0).floats("tokens"));
        assertThat(found.get(2).floats("tokens")).isEqualTo(found.get(0).floats("tokens"));
    }
}

package org.unmute.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.audio.AudioFiles;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.kernels.contract.golden.EncoderConfig;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.TokenMap;
import org.unmute.spark.plan.EmbedOptions;

/** Every encoder with reference numbers on Spark gives the tokens that it gives on one machine, to the bit. */
@Tag("golden")
@FullBuild("runs Spark")
class EveryEncoderSparkTest {
    private static final StructType COLUMNS = new StructType().add("path", DataTypes.StringType);

    private static LocalSpark spark;

    @TempDir
    static Path temp;

    private static Path recording;

    @BeforeAll
    static void start() throws IOException {
        spark = new LocalSpark();
        recording = SmallRecordings.write(temp.resolve("audio")).resolve("c/number#1.wav");
    }

    private static Path tiny() {
        if (!System.getProperty(Golden.PROPERTY, "").isBlank()) {
            return Golden.require("tiny");
        }
        return Path.of(System.getProperty("basedir", ""))
                .toAbsolutePath()
                .resolveSibling("models")
                .resolve("src/test/resources/golden/tiny");
    }

    @TestFactory
    List<DynamicTest> theSameTokens() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        try (Stream<Path> folders = Files.list(tiny())) {
            for (Path folder : folders.sorted().toList()) {
                tests.add(dynamicTest(folder.getFileName().toString(), () -> compare(folder)));
            }
        }
        return Golden.cases("tiny encoders", tests);
    }

    private static void compare(Path folder) throws IOException {
        EncoderConfig config = EncoderConfig.read(folder);
        Path checkpoint;
        try (Stream<Path> files = Files.list(folder)) {
            checkpoint = files.filter(f -> f.getFileName().toString().matches("checkpoint\\..*|model.*\\.safetensors"))
                    .sorted()
                    .findFirst()
                    .orElseThrow();
        }
        EncoderSettings settings = EncoderSettings.AUTHORS
                .withModel(config.model())
                .withConfig(config.entries())
                .withFrames(config.frames())
                .withNorm(config.mean(), config.std())
                .withSampleRate(config.rate())
                .withHeads(config.heads());
        Dataset<Row> rows = spark.session().createDataFrame(List.of(RowFactory.create(recording.toString())), COLUMNS);
        EmbedOptions options = EmbedOptions.of(checkpoint.toString()).withEncoderSettings(settings, null);
        ResultRow found = ResultRow.all(UnmuteSpark.embed(rows, options)).getFirst();
        assertThat(found.error()).isNull();
        TokenMap map = Encoders.open(checkpoint, settings).encode(AudioFiles.read(recording));
        assertThat(found.floats("tokens")).isEqualTo(map.tokens());
        assertThat(found.floats("cls_token")).isEqualTo(map.cls());
        assertThat(List.of(found.<Integer>get("time"), found.<Integer>get("freq"), found.<Integer>get("dim")))
                .containsExactly(map.time(), map.freq(), map.dim());
    }
}

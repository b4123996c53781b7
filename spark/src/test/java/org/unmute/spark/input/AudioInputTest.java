package org.unmute.spark.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.audio.AudioFiles;
import org.unmute.audio.UnsupportedAudioException;
import org.unmute.audio.Wav;
import org.unmute.data.ClipDivision;
import org.unmute.data.ClipDivision.Rule;
import org.unmute.data.ClipList;
import org.unmute.files.Sha256;
import org.unmute.probes.cache.AudioClip;
import org.unmute.spark.LocalSpark;
import org.unmute.spark.plan.PlannedClip;

/** Folders and manifests, measured by Spark tasks. */
class AudioInputTest {
    private static final int RATE = 1000;

    private static LocalSpark spark;

    @TempDir
    Path temp;

    @BeforeAll
    static void start() {
        spark = new LocalSpark();
        PretendFileSystem.register(spark.context().hadoopConfiguration());
    }

    private void wav(String name, double seconds) throws IOException {
        Files.createDirectories(temp.resolve(name).getParent());
        Wav.write(temp.resolve(name), new float[(int) Math.round(seconds * RATE)], RATE);
    }

    private AudioInput read(String audio, Rule rule) throws IOException {
        return AudioInput.of(spark.session(), audio, null, rule);
    }

    private static List<String> ids(AudioInput input) {
        return input.clips().stream().map(PlannedClip::clip).toList();
    }

    @Test
    void clipsOfAFolderAreThoseOfTheCommandLine() throws IOException {
        wav("_folders_/long.wav", 7.25);
        wav("_folders_/b:1.wav", 2);
        wav("short ♪.wav", 1.5);
        wav("a#b.wav", 4.01);
        Files.writeString(temp.resolve("damaged.wav"), "no sound");
        Files.createFile(temp.resolve("empty.flac"));
        for (Rule rule : List.of(Rule.every(2), Rule.DEFAULT, Rule.WHOLE)) {
            ClipDivision expected = ClipDivision.of(ClipList.of(temp, null).clips(), rule, AudioFiles::open);
            AudioInput input = read(temp.toString(), rule);
            assertThat(ids(input))
                    .isEqualTo(expected.clips().stream().map(AudioClip::id).toList());
            for (int i = 0; i < input.clips().size(); i++) {
                PlannedClip clip = input.clips().get(i);
                AudioClip same = expected.clips().get(i);
                assertThat(HadoopAudio.clip(clip))
                        .isEqualTo(new AudioClip(
                                same.id(), HadoopAudio.path("file:" + same.path()), same.start(), same.end()));
                assertThat(Double.isNaN(clip.seconds()) ? 0 : clip.seconds()).isEqualTo(expected.seconds(same));
                assertThat(clip.stamp()).matches("\\d+-\\d+");
            }
            assertThat(input.recordings()).isEqualTo(6);
            assertThat(input.divided()).isEqualTo(expected.divided());
            assertThat(input.remarks()).isEmpty();
        }
    }

    @Test
    void aManifestMayNameWhatIsMissingAndMixFiles() throws IOException {
        wav("a.wav", 5);
        wav("b.wav", 5);
        Files.writeString(
                temp.resolve("list.csv"),
                "path,start,end,labels\nb.wav,3,4,x\na.wav,,,y\nb.wav,1,2,z\nmissing.wav,,,\ngone.wav,0,1,\n");
        AudioInput input = read(temp.resolve("list.csv").toString(), Rule.every(2));
        assertThat(ids(input))
                .containsExactly(
                        "b.wav#1-2", "b.wav#3-4", "a.wav#0-2", "a.wav#2-4", "a.wav#4-5", "missing.wav", "gone.wav#0-1");
        assertThat(input.clips()).extracting(PlannedClip::labels).containsExactly("z", "x", "y", "y", "y", null, null);
        assertThat(input.clips())
                .extracting(c -> c.stamp().equals(AudioInput.ABSENT))
                .containsExactly(false, false, false, false, false, true, true);
        assertThat(input.clips().get(5).seconds()).isNaN();
        assertThat(input.recordings()).isEqualTo(5);
    }

    @Test
    void lengthsOfAManifestAreBelievedUnlessTheyDecideADivision() throws IOException {
        wav("a.wav", 5);
        wav("b.wav", 5);
        Files.writeString(temp.resolve("list.csv"), "path,seconds\na.wav,1.25\nb.wav,4.9\n");
        AudioInput input = read(temp.resolve("list.csv").toString(), Rule.every(2));
        assertThat(ids(input)).containsExactly("a.wav", "b.wav#0-2", "b.wav#2-4", "b.wav#4-5");
        assertThat(input.clips()).extracting(PlannedClip::seconds).containsExactly(1.25, 2.0, 2.0, 1.0);
    }

    @Test
    void aFileSystemThatFailsIsAskedAgain() throws IOException {
        PretendFileSystem.FAILURES.put("clip:0.wav", new AtomicInteger(2));
        PretendFileSystem.FAILURES.put("clip:1.wav", new AtomicInteger(100));
        try {
            AudioInput input = read("pretend:/1-3-5", Rule.every(3));
            assertThat(ids(input))
                    .containsExactly(
                            ("_folder_0/clip:0.wav#0-3 _folder_0/clip:0.wav#3-5 _folder_0/clip:1.wav _folder_0/clip:2.wav#0-3 "
                                            + "_folder_0/clip:2.wav#3-5")
                                    .split(" "));
            assertThat(input.remarks())
                    .singleElement()
                    .asString()
                    .startsWith("1 file could not be measured")
                    .contains("_folder_0/clip:1.wav: ", "the network is down");
        } finally {
            PretendFileSystem.FAILURES.clear();
        }
    }

    @Test
    void aHeaderIsReadOnceAndNotAtAllWhereTheManifestTells() throws IOException {
        PretendFileSystem.OPENED.clear();
        PretendFileSystem.READ.set(0);
        read("pretend:/2-50-5", Rule.DEFAULT);
        assertThat(PretendFileSystem.READ.get()).isLessThanOrEqualTo(2 * 50 * 8192);
        assertThat(PretendFileSystem.OPENED).hasSize(50);
        assertThat(PretendFileSystem.OPENED.values()).allMatch(n -> n.get() == 2);
        assertThat(ids(read("tagged:/1-1-5", Rule.every(3))))
                .containsExactly("_folder_0/clip:0.wav#0-3", "_folder_0/clip:0.wav#3-5");
        PretendFileSystem.OPENED.clear();
        Files.writeString(temp.resolve("list.csv"), "clip,path,seconds\nx,tagged:/1-1-5/_folder_0/clip:7.wav,5\n");
        assertThat(read(temp.resolve("list.csv").toString(), Rule.DEFAULT).clips())
                .singleElement()
                .satisfies(c -> assertThat(c.stamp()).startsWith("80044-e"));
        assertThat(PretendFileSystem.OPENED).isEmpty();
    }

    private void parquet(Path to, StructType type, Row... rows) {
        Dataset<Row> table =
                spark.session().createDataFrame(List.of(rows), type).coalesce(1);
        table.write().mode(SaveMode.Overwrite).parquet("file:" + to.getParent() + "/" + to.getFileName());
    }

    @Test
    void aParquetManifestHasTypes() throws IOException {
        wav("a.wav", 5);
        StructType type = new StructType()
                .add("Path", DataTypes.StringType)
                .add("clip", DataTypes.StringType)
                .add("start", DataTypes.DoubleType)
                .add("end", DataTypes.FloatType)
                .add("labels", DataTypes.createArrayType(DataTypes.StringType))
                .add("split", DataTypes.IntegerType)
                .add("other", DataTypes.BinaryType);
        Path table = temp.resolve("manifest.parquet");
        parquet(
                table,
                type,
                RowFactory.create("a.wav", "one", 0.00001, 2.5f, new String[] {"dog", "cat"}, 3, new byte[2]),
                RowFactory.create("a.wav", null, null, null, null, null, null),
                RowFactory.create("a.wav", null, 1.0, 2f, new String[] {}, 0, null),
                RowFactory.create("a.wav", "nan", Double.NaN, Float.NaN, null, null, null));
        AudioInput input = read(table.toString(), Rule.DEFAULT);
        assertThat(ids(input)).containsExactlyInAnyOrder("one", "a.wav", "a.wav#1-2", "nan");
        Map<String, PlannedClip> byId = new HashMap<>();
        input.clips().forEach(c -> byId.put(c.clip(), c));
        assertThat(byId.get("one").labels()).isEqualTo("dog;cat");
        assertThat(byId.get("one").split()).isEqualTo("3");
        assertThat(byId.get("one").start()).isEqualTo(0.00001);
        assertThat(byId.get("one").end()).isEqualTo(2.5);
        assertThat(byId.get("a.wav#1-2").labels()).isNull();
        assertThat(byId.get("nan").whole()).isTrue();
        assertThat(byId.get("nan").seconds()).isEqualTo(5);
    }

    @Test
    void aParquetManifestMayHaveAnOddName() throws IOException {
        wav("a.wav", 5);
        StructType type = new StructType().add("path", DataTypes.StringType);
        for (String name : List.of("_folders_/m [1]{a,b}*?.parquet", "Zaunkönig #1%41.PARQUET")) {
            Path plain = temp.resolve("plain.parquet");
            parquet(plain, type, RowFactory.create("a.wav"));
            Path odd = temp.resolve(name);
            Files.createDirectories(odd.getParent());
            try (var parts = Files.list(plain)) {
                Path part = parts.filter(p -> p.toString().endsWith(".parquet"))
                        .findFirst()
                        .orElseThrow();
                Files.copy(part, odd);
            }
            assertThat(AudioInput.of(spark.session(), odd.toString(), temp.toString(), Rule.WHOLE)
                            .clips())
                    .as(name)
                    .hasSize(1);
        }
    }

    @Test
    void aParquetManifestThatIsMalformedSaysWhere() throws IOException {
        Path table = temp.resolve("manifest.parquet");
        StructType paths = new StructType().add("path", DataTypes.StringType);
        parquet(table, paths, RowFactory.create("a.wav"), RowFactory.create("a.wav"));
        assertThatThrownBy(() -> read(table.toString(), Rule.WHOLE))
                .isInstanceOf(MalformedManifestException.class)
                .hasMessage("file:" + table + ", row 2: clip 'a.wav' is already in row 1");
        parquet(table, new StructType().add("name", DataTypes.StringType), RowFactory.create("a.wav"));
        assertThatThrownBy(() -> read(table.toString(), Rule.WHOLE))
                .hasMessage("file:" + table + ": no column path among 'name': name one column 'path'");
        parquet(
                table,
                new StructType().add("path", DataTypes.StringType).add("start", DataTypes.BinaryType),
                RowFactory.create("a.wav", new byte[1]));
        assertThatThrownBy(() -> read(table.toString(), Rule.WHOLE))
                .hasMessage("file:" + table + ": column 'start' is of type binary: it must be a text or a number");
        Path hidden = temp.resolve("_m.parquet");
        Files.createFile(hidden);
        assertThatThrownBy(() -> read(hidden.toString(), Rule.WHOLE))
                .isInstanceOf(MalformedManifestException.class)
                .hasMessageContaining("Spark reads no tables whose names begin with '_' or '.'");
        Path damaged = temp.resolve("damaged.parquet");
        Files.writeString(damaged, "PAR1 and nothing that follows PAR1");
        assertThatThrownBy(() -> read(damaged.toString(), Rule.WHOLE))
                .isInstanceOf(MalformedManifestException.class)
                .hasMessageContaining("Spark cannot read it as Parquet: ");
        parquet(table, paths);
        assertThatThrownBy(() -> read(table.toString(), Rule.WHOLE)).hasMessageEndingWith("the list names no files");
    }

    @Test
    void oneFileOrNone() throws IOException {
        wav("_x/a.wav", 2);
        assertThat(ids(read(temp.resolve("_x/a.wav").toString(), Rule.DEFAULT))).containsExactly("a.wav");
        assertThatThrownBy(() -> read(temp.resolve("none").toString(), Rule.DEFAULT))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("neither a folder, nor an audio file, nor a list of files");
        Files.writeString(temp.resolve("x.opus"), "x");
        assertThatThrownBy(() -> read(temp.resolve("x.opus").toString(), Rule.DEFAULT))
                .isInstanceOf(UnsupportedAudioException.class);
    }

    @Test
    void filesAreHashedByTasks() throws IOException {
        List<String> uris = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            wav("f" + i + ".wav", i * 0.1);
            uris.add("file:" + temp.resolve("f" + i + ".wav"));
        }
        uris.add(uris.getFirst());
        uris.add("file:" + temp.resolve("missing.wav"));
        Map<String, String> digests = FileDigests.of(spark.context(), uris);
        assertThat(digests).hasSize(20);
        for (int i = 0; i < 20; i++) {
            assertThat(digests.get(uris.get(i))).isEqualTo(Sha256.of(temp.resolve("f" + i + ".wav")));
        }
        assertThat(FileDigests.of(spark.context(), List.of())).isEmpty();
    }
}

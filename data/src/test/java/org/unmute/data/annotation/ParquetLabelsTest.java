package org.unmute.data.annotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.data.ClipList;
import org.unmute.data.LabelSet;
import org.unmute.data.MalformedTableException;
import org.unmute.data.ManifestFormat;
import org.unmute.data.annotation.LabelFile.Form;
import org.unmute.data.annotation.LabelFile.Options;
import org.unmute.data.parquet.PaddedTable;
import org.unmute.data.parquet.ParquetTableWriter;
import org.unmute.data.parquet.ParquetTableWriter.Column;
import org.unmute.data.parquet.ParquetTableWriter.Kind;
import org.unmute.files.AtomicFile;
import org.unmute.files.Sha256;
import org.unmute.probes.cache.files.FileManifest;

/** Labels in Parquet files. */
class ParquetLabelsTest {
    private static final Path TABLES = Path.of("src/test/resources/parquet");

    @TempDir
    Path folder;

    private static LabelFile read(String name) throws IOException {
        return LabelFile.read(TABLES.resolve(name), Options.AUTO);
    }

    private static List<String> lines(LabelFile labels) {
        return labels.manifest().clips().stream()
                .map(c -> c.file() + " " + c.split() + " " + c.labels())
                .toList();
    }

    private static Options columns(String file, String label) {
        return new Options(null, new ManifestFormat(file, label, null, null), List.of(), null, ShareRule.DEFAULT);
    }

    @Test
    void clipsHaveLabelsInAList() throws IOException {
        LabelFile labels = read("clips.parquet");
        assertThat(labels.form()).isEqualTo(Form.CLIPS);
        assertThat(labels.remarks()).isEmpty();
        assertThat(labels.recognized()).isEqualTo("one row for each clip: 2 clips, 2 classes");
        assertThat(lines(labels))
                .containsExactly("clip-002.wav#0-1.5 train [it's a wren, robin]", "clip-003.wav#0.5-2 train [robin]");
    }

    @Test
    void fileIsKnownByItsContentWhateverItsName() throws IOException {
        Path other = Files.copy(TABLES.resolve("clips.parquet"), folder.resolve("labels.csv"));
        assertThat(lines(LabelFile.read(other, Options.AUTO))).isEqualTo(lines(read("clips.parquet")));
    }

    @Test
    void birdSetsColumnsAreKnown() throws IOException {
        LabelFile train = read("HSN_metadata_train.parquet");
        assertThat(lines(train))
                .containsExactly("train/XC1.ogg  [gcrfin]", "XC2.ogg  [amepip, whcspa]", "XC3.ogg  [amepip, whcspa]");
        LabelFile segments = read("hub-test_5s.parquet");
        assertThat(lines(segments))
                .containsExactly(
                        "HSN_001_20150708_061805_000_005.ogg  [gcrfin, whcspa]",
                        "HSN_001_20150708_061805_005_010.ogg  []",
                        "HSN_001_20150708_061805_010_015.ogg  [whcspa]",
                        "HSN_001_20150708_061805_015_020.ogg  []");
        assertThat(segments.remarks())
                .containsExactly("columns that are not read: audio.bytes (bytes that are not text). Recordings must be"
                        + " files: sound in a Parquet file is not read");
    }

    @Test
    void columnsCanBeNamed() throws IOException {
        LabelFile labels = LabelFile.read(TABLES.resolve("HSN_metadata_train.parquet"), columns(null, "ebird_code"));
        assertThat(lines(labels)).contains("XC2.ogg  [whcspa]");
        LabelFile kinds = LabelFile.read(TABLES.resolve("kinds-zstd.parquet"), columns("file", "kind"));
        assertThat(kinds.manifest().labels().names()).containsExactly("EVEN", "ODD");
        assertThatThrownBy(() -> LabelFile.read(TABLES.resolve("HSN_metadata_train.parquet"), columns(null, "species")))
                .isInstanceOf(MalformedTableException.class)
                .hasMessageContaining("HSN_metadata_train.parquet: no column 'species' (--label-column)");
    }

    @Test
    void manifestSaysWhichPartsCount() throws IOException {
        Path part = Files.copy(TABLES.resolve("clips.parquet"), folder.resolve("part-00000-1f0c4a77-1.parquet"));
        Files.copy(part, folder.resolve("part-00000-1f0c4a77-0.parquet"));
        String sha256 = Sha256.of(Files.readAllBytes(part));
        FileManifest manifest = new FileManifest(
                List.of(new FileManifest.Entry(part.getFileName().toString(), Files.size(part), sha256)));
        Files.write(folder.resolve(FileManifest.FILE), manifest.encode());
        assertThat(lines(LabelFile.read(folder, Options.AUTO))).isEqualTo(lines(read("clips.parquet")));
        Files.write(part, new byte[] {1}, StandardOpenOption.APPEND);
        assertThatThrownBy(() -> LabelFile.read(folder, Options.AUTO))
                .isInstanceOf(MalformedTableException.class)
                .hasMessageContaining("part-00000-1f0c4a77-1.parquet: it has ")
                .hasMessageContaining("_manifest.json states " + (Files.size(part) - 1));
        Files.delete(part);
        assertThatThrownBy(() -> LabelFile.read(folder, Options.AUTO)).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void columnOfFlagsForEachClassIsAMatrix() throws IOException {
        LabelFile labels = read("matrix.parquet");
        assertThat(labels.form()).isEqualTo(Form.MATRIX);
        assertThat(lines(labels)).containsExactly("a.wav train [wren]", "b.wav train [wren, robin]", "c.wav test []");
    }

    @Test
    void rowOfEachEvent() throws IOException {
        LabelFile labels = read("events.parquet");
        assertThat(labels.form()).isEqualTo(Form.EVENTS);
        assertThat(labels.events())
                .containsExactly(
                        new Annotation("a.wav", 0.5, 1.25, "wren"),
                        new Annotation("a.wav", 2, 3, "robin"),
                        new Annotation("b.wav", 0, 0.1, "wren"));
        assertThat(AnnotationTable.read(TABLES.resolve("events.parquet")).annotations())
                .isEqualTo(labels.events());
    }

    /** The columns of BirdSet's soundscape events. */
    @Test
    void eventsOfBirdSet() throws IOException {
        Path file = folder.resolve("HSN_metadata_test.parquet");
        AtomicFile.write(file, out -> {
            ParquetTableWriter table = new ParquetTableWriter(
                    out,
                    List.of(
                            new Column("filepath", Kind.TEXT),
                            new Column("start_time", Kind.OPTIONAL_DOUBLE),
                            new Column("end_time", Kind.OPTIONAL_DOUBLE),
                            new Column("low_freq", Kind.OPTIONAL_DOUBLE),
                            new Column("ebird_code", Kind.TEXT)));
            table.row("HSN_001.ogg", 10.5, 12.0, 900.0, "gcrfin");
            table.row("HSN_001.ogg", 11.0, 13.0, Double.NaN, "whcspa");
            table.finish(Map.of());
        });
        assertThat(AnnotationTable.read(file).annotations())
                .extracting(Annotation::file, Annotation::onset, Annotation::offset, Annotation::label, Annotation::low)
                .containsExactly(
                        tuple("HSN_001.ogg", 10.5, 12.0, "gcrfin", 900.0),
                        tuple("HSN_001.ogg", 11.0, 13.0, "whcspa", Double.NaN));
        LabelFile labels = LabelFile.read(file, Options.AUTO);
        assertThat(labels.recognized()).isEqualTo("one row for each event: 2 events of 1 recordings, 2 classes");
        assertThat(labels.events().getLast()).isEqualTo(new Annotation("HSN_001.ogg", 11, 13, "whcspa"));
    }

    /** The recording column in files of Hugging Face's {@code datasets}. */
    @Test
    void eventsOfTheHub() throws IOException {
        Path file = folder.resolve("events.parquet");
        AtomicFile.write(file, out -> {
            ParquetTableWriter table = new ParquetTableWriter(
                    out,
                    List.of(
                            new Column("audio.path", Kind.TEXT),
                            new Column("start", Kind.DOUBLE),
                            new Column("end", Kind.DOUBLE),
                            new Column("label", Kind.TEXT)));
            table.row("a.wav", 0.5, 1.0, "wren");
            table.finish(Map.of());
        });
        Annotation wren = new Annotation("a.wav", 0.5, 1, "wren");
        assertThat(AnnotationTable.read(file).annotations()).containsExactly(wren);
        assertThat(LabelFile.read(file, Options.AUTO).events()).containsExactly(wren);
    }

    @Test
    void rowsAreNamedInMessages() {
        Options robins = new Options(
                null, ManifestFormat.AUTO, List.of(), LabelSet.of(List.of("it's a wren")), ShareRule.DEFAULT);
        assertThatThrownBy(() -> LabelFile.read(TABLES.resolve("clips.parquet"), robins))
                .isInstanceOf(MalformedTableException.class)
                .hasMessageContaining("clips.parquet:1: unknown label 'robin'");
        assertThatThrownBy(() -> LabelFile.read(TABLES.resolve("set.parquet"), Options.AUTO))
                .hasMessageContaining("set.parquet: no column file, filename, path, fname");
    }

    @Test
    void folderOfPartsIsOneTable() throws IOException {
        Files.copy(TABLES.resolve("clips.parquet"), folder.resolve("part-00001.parquet"));
        Files.copy(TABLES.resolve("matrix.parquet"), folder.resolve("_temporary.parquet"));
        Files.writeString(folder.resolve("_SUCCESS"), "");
        assertThat(lines(LabelFile.read(folder, Options.AUTO))).isEqualTo(lines(read("clips.parquet")));
        // The second part repeats the rows of the first; the message names its own rows.
        Files.copy(TABLES.resolve("clips.parquet"), folder.resolve("part-00002.parquet"));
        assertThatThrownBy(() -> LabelFile.read(folder, Options.AUTO))
                .hasMessageContaining("part-00002.parquet:1: clip 'clip-002.wav#0-1.5' is already in line 1");
        Files.copy(TABLES.resolve("events.parquet"), folder.resolve("part-00000.parquet"));
        assertThatThrownBy(() -> LabelFile.read(folder, Options.AUTO))
                .hasMessageContaining(
                        "part-00001.parquet: it has the columns 'path, start, end, labels, split', the parts")
                .hasMessageContaining("before it 'file, start, end, label'");
        // With a table of another format, the folder is one of annotations.
        Files.writeString(folder.resolve("rec.txt"), "0.5\t1.5\twren\n");
        assertThat(LabelFile.read(folder, Options.AUTO).recognized()).contains("1 annotations of 1 recordings");
    }

    @Test
    void recordingsCanBeListed() throws IOException {
        assertThat(ClipList.of(TABLES.resolve("clips.parquet"), folder).clips().stream()
                        .map(clip -> clip.id()))
                .containsExactly("clip-002.wav#0-1.5", "clip-003.wav#0.5-2");
        assertThat(ClipList.of(TABLES.resolve("hub-test_5s.parquet"), folder).clips().stream()
                        .map(clip -> clip.id()))
                .contains("HSN_001_20150708_061805_015_020.ogg")
                .hasSize(4);
    }

    /** A table that its header rules out is rejected without reading millions of rows. */
    @ParameterizedTest
    @ValueSource(strings = {"foo", "split", "foo dog", "file", "file dog", "file labels", "start end dog"})
    void theSchemaIsJudgedBeforeRowsAreRead(String names) throws IOException {
        Path file = PaddedTable.write(folder.resolve("padding.parquet"), List.of(names.split(" ")), 65_000_000);
        assertTimeoutPreemptively(
                Duration.ofSeconds(5),
                () -> assertThatThrownBy(() -> LabelFile.read(file, Options.AUTO))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("padding.parquet"));
    }
}

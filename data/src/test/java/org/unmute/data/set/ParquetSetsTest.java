package org.unmute.data.set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.data.Part;

/** Data sets whose lists are Parquet files, as on the Hugging Face hub. */
class ParquetSetsTest {
    private static final Path TABLES = Path.of("src/test/resources/parquet");

    @TempDir
    Path root;

    private void table(String from, String to) throws IOException {
        Path target = root.resolve(to);
        Files.createDirectories(target.getParent());
        Files.copy(TABLES.resolve(from), target);
    }

    @Test
    void birdSetsMetadataIsReadAsItIsOnTheHub() throws IOException {
        Tree tree = new Tree(root).wav("a/XC1.wav", "b/XC2.wav", "b/XC3.wav");
        table("HSN_metadata_train.parquet", "HSN/HSN_metadata_train.parquet");
        // The same clips that BirdSetTest draws from the same recordings in CSV.
        assertThat(Tree.lines(tree.read("hsn", Part.TRAIN)))
                .containsExactly(
                        "a/XC1.wav#3.75-8.75: gcrfin",
                        "a/XC1.wav#7-12: gcrfin",
                        "b/XC2.wav: whcspa;amepip",
                        "b/XC3.wav#0-5: whcspa;amepip");
        tree.text(
                "HSN_metadata_train.csv",
                "filepath,ebird_code,length,detected_events,event_cluster,ebird_code_secondary\n"
                        + "XC3.ogg,amepip,4,[],[],[]\n");
        assertThat(Tree.lines(tree.read("hsn", Part.TRAIN))).containsExactly("b/XC3.wav: amepip");
    }

    @Test
    void birdSetsSegmentsMayHaveNumbersOfClassesAndSoundInTheFile() throws IOException {
        Tree tree = new Tree(root)
                .wav(
                        "HSN_001_20150708_061805_000_005.wav",
                        "HSN_001_20150708_061805_005_010.wav",
                        "HSN_001_20150708_061805_010_015.wav",
                        "HSN_001_20150708_061805_015_020.wav");
        table("hub-test_5s.parquet", "HSN_metadata_test_5s.parquet");
        assertThat(Tree.lines(tree.read("hsn", Part.TEST)))
                .containsExactly(
                        "HSN_001_20150708_061805_000_005.wav: gcrfin;whcspa",
                        "HSN_001_20150708_061805_005_010.wav: ",
                        "HSN_001_20150708_061805_010_015.wav: whcspa",
                        "HSN_001_20150708_061805_015_020.wav: ");
        assertThatThrownBy(() -> tree.read("pow", Part.TEST))
                .hasMessageContaining("no file " + root.resolve("POW_metadata_test_5s.parquet"));
    }

    @Test
    void huggingFaceFoldersMayHaveParquet() throws IOException {
        Tree tree = new Tree(root).wav("train/clip-002.wav", "train/clip-003.wav");
        table("set.parquet", "train/metadata.parquet");
        assertThat(Tree.lines(tree.read("spass", Part.TRAIN)))
                .containsExactly("train/clip-002.wav: it's a wren;robin", "train/clip-003.wav: robin");
    }

    @Test
    void theTableOfASetMayBeParquet() throws IOException {
        Tree tree = new Tree(root);
        tree.wav("clip-002.wav", 3);
        tree.wav("clip-003.wav", 3);
        table("set.parquet", "clips.parquet");
        assertThat(Tree.lines(tree.read("table", Part.TRAIN)))
                .containsExactly("clip-002.wav#0-1.5: it's a wren;robin", "clip-003.wav#0.5-2: robin");
    }
}

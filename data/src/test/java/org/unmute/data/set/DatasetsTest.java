package org.unmute.data.set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unmute.data.LabelSet;
import org.unmute.data.Part;
import org.unmute.kernels.contract.golden.RealData;

/** Properties that all sets share, and the real lists if available. */
class DatasetsTest {
    @TempDir
    Path folder;

    static List<Dataset> all() {
        return Datasets.list();
    }

    @Test
    void thePapersFourteenAreThere() {
        assertThat(Datasets.names())
                .startsWith(
                        "as20k", "fsd50k", "desed", "spass", "urban", "hsn", "pow", "per", "nes", "sne", "uhh", "nbp",
                        "esc50", "sc2")
                .contains("as2m", "dcase2016", "table", "folder")
                .doesNotHaveDuplicates()
                .hasSize(18);
        assertThat(Datasets.byName("nes").info().classes()).isEqualTo(89);
        assertFails(() -> Datasets.byName("ssw"), "dataset 'ssw' is not known: there are as20k, fsd50k");
        // Classes of the paper's table, in its order.
        assertThat(Datasets.list().stream().limit(14).map(d -> d.info().classes()))
                .containsExactly(527, 200, 10, 28, 10, 21, 48, 132, 89, 56, 27, 51, 50, 12);
        assertThat(Datasets.byName("esc50").info().task().metric()).isEqualTo("accuracy");
        assertThat(Datasets.byName("per").info().task().metric()).isEqualTo("mAP");
    }

    @ParameterizedTest
    @MethodSource("all")
    void eachSaysWhatItExpects(Dataset dataset) {
        DatasetInfo info = dataset.info();
        assertThat(info.tree()).startsWith("ROOT/").endsWith("\n").doesNotContain("\t", "%");
        assertThat(info.source()).isNotBlank();
        assertThat(info.licence()).isNotBlank();
        assertThat(info.notes()).isNotEmpty().allMatch(n -> n.endsWith("."));
        assertThat(info.parts()).containsKeys(Part.TRAIN, Part.TEST);
        assertThat(info.missingShare()).isBetween(0.0, 0.3);
    }

    /** An empty folder is rejected with the expected tree and never read as an empty set. */
    @ParameterizedTest
    @MethodSource("all")
    void anEmptyFolderIsRefused(Dataset dataset) {
        for (Part part : Part.values()) {
            assertThatThrownBy(() -> dataset.read(folder, part, ReadOptions.DEFAULT.withFold(1)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(dataset.info().name())
                    .message()
                    .doesNotContain("\n");
        }
        assertThatThrownBy(() -> dataset.read(folder.resolve("nowhere"), Part.TRAIN, ReadOptions.DEFAULT.withFold(1)))
                .isInstanceOf(IOException.class);
    }

    @Test
    void optionsAreChecked() {
        assertFails(() -> ReadOptions.DEFAULT.withFold(-1), "folds count from 1");
        assertFails(() -> ReadOptions.DEFAULT.withMaxMissing(1.5), "from 0 to 1: 1.5");
        assertFails(() -> new FewShot(-1, FewShot.Condition.ANY, false, 0), "must not be negative: -1");
    }

    @ParameterizedTest
    @MethodSource("birds")
    void birdCodesAreThoseOfBirdSet(String name) throws IOException {
        String json =
                Files.readString(RealData.require("metadata/birdset/" + name.toUpperCase() + "_ebird_codes.json"));
        LabelSet labels = Datasets.byName(name).labels(folder);
        for (int i = 0; i < labels.size(); i++) {
            assertThat(json).contains("\"" + labels.name(i) + "\": " + i + (i + 1 < labels.size() ? "," : "}"));
        }
        assertThat(json).doesNotContain(": " + labels.size() + ",").doesNotContain(": " + labels.size() + "}");
    }

    static List<String> birds() {
        return List.of("hsn", "pow", "per", "nes", "sne", "uhh", "nbp");
    }

    /** Copies a list into the tree and creates a file for each recording that its first column names. */
    private static void listed(Tree tree, String file, Path list, String recordings) throws IOException {
        String text = Files.readString(list);
        tree.text(file, text);
        for (String row : text.lines().skip(1).toList()) {
            tree.text(recordings + row.split("[,\t]")[0], "recording");
        }
    }

    @Test
    void theRealListsOfDesedAreReadWhole() throws IOException {
        Path lists = RealData.require("metadata/desed");
        Tree tree = new Tree(folder);
        listed(tree, "metadata/train/weak.tsv", lists.resolve("train_weak.tsv"), "audio/train/weak/");
        listed(
                tree,
                "metadata/validation/validation.tsv",
                lists.resolve("validation_validation.tsv"),
                "audio/validation/");
        listed(tree, "metadata/eval/public.tsv", lists.resolve("eval_public.tsv"), "audio/eval/public/");
        assertThat(tree.read("desed", Part.TRAIN).clips()).hasSize(1578);
        Reading validation = tree.read("desed", Part.VALIDATION);
        assertThat(validation.clips()).hasSize(1168);
        assertThat(validation.clips()).filteredOn(c -> c.labels().isEmpty()).hasSize(15);
        Reading test = tree.read("desed", Part.TEST);
        Set<String> seen = new TreeSet<>();
        test.clips().forEach(c -> seen.addAll(c.labels()));
        assertThat(test.clips()).hasSize(692);
        assertThat(seen).containsExactlyElementsOf(test.labels().names());
    }

    @Test
    void theRealListOfEsc50IsRead() throws IOException {
        Tree tree = new Tree(folder);
        Path list = RealData.require("metadata/esc50_meta.csv");
        String text = Files.readString(list);
        listed(tree, "meta/esc50.csv", list, "audio/");
        ReadOptions fold4 = ReadOptions.DEFAULT.withFold(4);
        Reading test = tree.read("esc50", Part.TEST, fold4);
        assertThat(test.clips()).hasSize(400);
        assertThat(new HashSet<>(
                        test.clips().stream().map(c -> c.labels().getFirst()).toList()))
                .hasSize(50);
        assertThat(tree.read("esc50", Part.TRAIN, fold4).clips())
                .hasSize((int) text.lines().count() - 1 - 400);
        List<String> official = Files.readAllLines(RealData.require("metadata/esc50_class_labels_indices_ast.csv"));
        for (int i = 0; i < 50; i++) {
            assertThat(official.get(i + 1)).contains("\"" + test.labels().name(i) + "\"");
        }
    }

    @Test
    void theRealTestClipsOfSpeechCommandsAreRead() throws IOException {
        Path root = RealData.require("speech_commands");
        Reading test = Datasets.byName("sc2").read(root, Part.TEST, ReadOptions.DEFAULT);
        assertThat(test.clips()).hasSize(450);
        assertThat(test.manifest().isSingleLabel()).isTrue();
    }

    @Test
    void theRealVocabularyOfFsd50kIsTheExcerpt() throws IOException {
        LabelSet real = LabelSet.read(RealData.require("metadata/fsd50k_class_labels_indices_ssast.csv"));
        assertThat(real.names())
                .isEqualTo(GeneralSetsTest.excerpt("fsd50k-classes.txt")
                        .lines()
                        .filter(l -> !l.startsWith("#"))
                        .toList());
    }
}

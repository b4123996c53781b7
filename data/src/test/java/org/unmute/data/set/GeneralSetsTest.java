package org.unmute.data.set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.data.MalformedTableException;
import org.unmute.data.Part;
import org.unmute.metrics.event.SoundEvent;

/** AudioSet, FSD50K, DESED, SPASS: small folders in each set's own layout. */
class GeneralSetsTest {
    @TempDir
    Path root;

    private Tree tree() {
        return new Tree(root);
    }

    static String excerpt(String name) throws IOException {
        try (InputStream in = GeneralSetsTest.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static final String SEGMENTS = """
        # Segments csv created Sun Mar  5 10:54:31 2017
        # num_ytids=4, num_segs=4, num_unique_labels=3, num_positive_labels=5
        # YTID, start_seconds, end_seconds, positive_labels
        --PJHxphWEs, 30.000, 40.000, "/m/09x0r,/m/05zppz"
        --ZhevVpy1s, 50.000, 60.000, "/m/09x0r"
        -0RWZT-miFs, 420.000, 430.000, "/m/02zsn"
        Yabcdefghij, 0.000, 9.500, "/m/02zsn"
        """;

    @Test
    void audioSetFindsTheNamesThatDownloadersGive() throws IOException {
        Tree tree = tree().wav(
                        "audio/balanced/--PJHxphWEs.wav",
                        "audio/balanced/Y--ZhevVpy1s.wav",
                        "x/-0RWZT-miFs_420.wav",
                        "YYabcdefghij_0.000_9.500.wav");
        tree.text("balanced_train_segments.csv", "\uFEFF" + SEGMENTS.replace("\n", "\r\n"));
        Reading train = tree.read("as20k", Part.TRAIN);
        assertThat(Tree.lines(train))
                .containsExactly(
                        "audio/balanced/--PJHxphWEs.wav: Speech;Male speech, man speaking",
                        "audio/balanced/Y--ZhevVpy1s.wav: Speech",
                        "x/-0RWZT-miFs_420.wav: Female speech, woman speaking",
                        "YYabcdefghij_0.000_9.500.wav: Female speech, woman speaking");
        assertThat(train.labels().size()).isEqualTo(527);
        assertThat(train.report().remarks()).isEmpty();
        assertThat(train.report().listed()).isEqualTo(4);
        assertThat(train.manifest().splits()).containsExactly("train");
        assertThatThrownBy(() -> tree.read("as20k", Part.TEST))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("no file " + root.resolve("eval_segments.csv"))
                .hasMessageContaining("'unmute datasets as20k' prints the files expected")
                .hasMessageNotContaining("\n");
        assertFails(() -> tree.read("as20k", Part.VALIDATION), "no part validation, only train, test");
    }

    @Test
    void audioSetToleratesSomeMissingClipsAndNamesThem() throws IOException {
        Tree tree = tree().wav("--PJHxphWEs.wav", "--ZhevVpy1s.wav", "-0RWZT-miFs.wav");
        tree.text("eval_segments.csv", SEGMENTS.replace("num_segs=4", "num_segs=20371"));
        Reading.Report report = tree.read("as20k", Part.TEST).report();
        assertThat(report.missing())
                .extracting(Reading.Problem::toString)
                .containsExactly("Yabcdefghij_0.000 (eval_segments.csv:7): no such recording");
        assertThat(report.remarks()).containsExactly("eval_segments.csv announces 20371 segments and holds 4");
        Files.delete(root.resolve("--PJHxphWEs.wav"));
        assertThatThrownBy(() -> tree.read("as20k", Part.TEST))
                .isInstanceOf(DatasetException.class)
                .hasMessageContainingAll("2 of 4 clips of the part test are missing", "up to 1 may be")
                .hasMessageContaining("--PJHxphWEs_30.000 (eval_segments.csv:4)")
                .hasMessageContainingAll("Yabcdefghij_0.000 (eval_segments.csv:7)", "--max-missing");
        assertThat(tree.read("as20k", Part.TEST, ReadOptions.DEFAULT.withMaxMissing(0.5))
                        .clips())
                .hasSize(2);
        tree.wav("--PJHxphWEs.wav", "Yabcdefghij.wav");
        assertThat(tree.read("as2m", Part.TEST).clips()).hasSize(4);
    }

    @Test
    void audioSetRefusesWhatIsNoSegment() throws IOException {
        Tree tree = tree().wav("--PJHxphWEs.wav");
        String[][] cases = {
            {"--PJHxphWEs, 30.000, 40.000, \"/m/nothing\"\n", "unknown label '/m/nothing'"},
            {"../../passwd, 30.000, 40.000, \"/m/09x0r\"\n", "no segment"},
            {"--PJHxphWEs, 30.000\n", "no segment"},
            {"--PJHxphWEs, 30.000, 40.000, \"/m/09x0r\n", "no segment"},
            {
                "--PJHxphWEs, 30.000, 40.000, \"/m/09x0r\"\n--PJHxphWEs, 30.000, 40.000, \"/m/09x0r\"\n",
                "is already in eval_segments.csv:1"
            },
            {"a\0b\n", "NUL"},
            {"x".repeat(1 << 20) + "y\n", "longer than 1 MiB"},
        };
        for (String[] c : cases) {
            tree.text("eval_segments.csv", c[0]);
            assertThatThrownBy(() -> tree.read("as20k", Part.TEST))
                    .as(c[1])
                    .isInstanceOf(MalformedTableException.class)
                    .hasMessageContaining(c[1])
                    .hasMessageStartingWith(root.resolve("eval_segments.csv") + ":");
        }
        tree.text(
                "eval_segments.csv",
                "--PJHxphWEs, 30.000, 40.000, \"/m/09x0r\"\n-0RWZT-miFs, 40.000, 30.000, \"/m/09x0r\"\n");
        assertThat(tree.read("as20k", Part.TEST, ReadOptions.DEFAULT.withMaxMissing(0.5))
                        .report()
                        .unusable())
                .extracting(Reading.Problem::reason)
                .containsExactly("it ends at 30.0 s, before it begins at 40.0 s");
    }

    @Test
    void twoCopiesOfARecordingAreAnError() throws IOException {
        Tree tree = tree().wav("44k/--PJHxphWEs.wav", "16k/--PJHxphWEs.flac");
        tree.text("eval_segments.csv", "--PJHxphWEs, 30.000, 40.000, \"/m/09x0r\"\n");
        assertThatThrownBy(() -> tree.read("as20k", Part.TEST))
                .hasMessageContaining("several recordings are named '--PJHxphWEs'")
                .hasMessageContaining("16k/--PJHxphWEs.flac, 44k/--PJHxphWEs.wav");
    }

    private Tree fsd50k() throws IOException {
        Tree tree =
                tree().wav("FSD50K.dev_audio/64760.wav", "FSD50K.dev_audio/16399.wav", "FSD50K.eval_audio/37199.wav");
        StringBuilder vocabulary = new StringBuilder();
        List<String> names = excerpt("fsd50k-classes.txt")
                .lines()
                .filter(l -> !l.startsWith("#"))
                .toList();
        for (int i = 0; i < names.size(); i++) {
            vocabulary
                    .append(i)
                    .append(',')
                    .append(names.get(i))
                    .append(",/m/")
                    .append(i)
                    .append('\n');
        }
        tree.text("FSD50K.ground_truth/vocabulary.csv", vocabulary.toString());
        tree.text("FSD50K.ground_truth/dev.csv", """
            fname,labels,mids,split
            64760,"Electric_guitar,Guitar,Music","/m/02sgy,/m/0342h,/m/04rlf",train
            16399,Accordion,/m/0mkg,val
            """);
        tree.text(
                "FSD50K.ground_truth/eval.csv", "fname,labels,mids\n37199,\"Accordion,Music\",\"/m/0mkg,/m/04rlf\"\n");
        return tree;
    }

    @Test
    void fsd50kHasThreeParts() throws IOException {
        Tree tree = fsd50k();
        assertThat(Tree.lines(tree.read("fsd50k", Part.TRAIN)))
                .containsExactly("FSD50K.dev_audio/64760.wav: Electric_guitar;Guitar;Music");
        assertThat(Tree.lines(tree.read("fsd50k", Part.VALIDATION)))
                .containsExactly("FSD50K.dev_audio/16399.wav: Accordion");
        Reading test = tree.read("fsd50k", Part.TEST);
        assertThat(Tree.lines(test)).containsExactly("FSD50K.eval_audio/37199.wav: Accordion;Music");
        assertThat(test.labels().size()).isEqualTo(200);
        assertThat(test.labels().name(1)).isEqualTo("Accordion");
    }

    @Test
    void fsd50kRefusesOtherVocabulariesLabelsAndSplits() throws IOException {
        Tree tree = fsd50k();
        tree.text("FSD50K.ground_truth/eval.csv", "fname,labels,mids\n37199,\"Accordion,Kazoo\",\"/m/0mkg,/m/0\"\n");
        assertFails(() -> tree.read("fsd50k", Part.TEST), "eval.csv:2: unknown label 'Kazoo'");
        tree.text("FSD50K.ground_truth/dev.csv", "fname,labels,mids,split\n64760,Accordion,/m/0mkg,dev\n");
        assertFails(() -> tree.read("fsd50k", Part.TRAIN), "dev.csv:2: the split is train or val, not 'dev'");
        tree.text(
                "FSD50K.ground_truth/dev.csv",
                "fname,labels,mids,split\n../../FSD50K.eval_audio/37199,Accordion,/m/0mkg,train\n");
        assertFails(DatasetException.class, () -> tree.read("fsd50k", Part.TRAIN), "1 of 1 clips");
        tree.text(
                "FSD50K.ground_truth/dev.csv",
                "fname,labels,mids,split\n64760,Accordion,/m/0mkg,train\n64760,Accordion,/m/0mkg,train\n");
        assertThatThrownBy(() -> tree.read("fsd50k", Part.TRAIN))
                .hasMessageContaining("dev.csv:3: clip '64760' is already in FSD50K.ground_truth/dev.csv:2");
        tree.text("FSD50K.ground_truth/vocabulary.csv", "0,Accordion,/m/0mkg\n");
        assertFails(() -> tree.read("fsd50k", Part.TRAIN), "holds 1 classes, 200 are expected");
    }

    @Test
    void anEmptyFileIsNoRecording() throws IOException {
        Tree tree = fsd50k();
        Files.write(root.resolve("FSD50K.eval_audio/37199.wav"), new byte[0]);
        assertFails(() -> tree.read("fsd50k", Part.TEST), "1 cannot be used", "the file is empty");
    }

    @Test
    void desedJoinsEventsToClipLabels() throws IOException {
        Tree tree = tree();
        tree.text("metadata/train/weak.tsv", excerpt("desed-weak.tsv"));
        tree.text(
                "metadata/train/synthetic20/soundscapes.tsv",
                "filename\tonset\toffset\tevent_label\n1.wav\t0.5\t1.0\tDog\n1.wav\t2.0\t2.5\tDog\n");
        tree.text("metadata/validation/validation.tsv", excerpt("desed-validation.tsv"));
        tree.text("metadata/eval/public.tsv", excerpt("desed-public.tsv"));
        tree.wav(
                "audio/train/weak_16k/YKK227gPpRn4_30.000_40.000.wav",
                "audio/train/weak_16k/Y-6p32k2WUCs_0.000_10.000.wav",
                "audio/train/weak_16k/Y-Zjgm_sZd10_0.000_4.000.wav",
                "audio/train/synthetic20/soundscapes/1.wav",
                "audio/validation/Y00pbt6aJV8Y_350.000_360.000.wav",
                "audio/validation/Y00pK0GMmE9s_70.000_80.000.wav",
                "audio/validation/YU0Cg_t_3TdI_30.000_40.000.wav",
                "audio/eval/public/1Ro0FgMWTUE_120_130.wav");
        assertThat(Tree.lines(tree.read("desed", Part.TRAIN)))
                .containsExactly(
                        "audio/train/weak_16k/YKK227gPpRn4_30.000_40.000.wav: Alarm_bell_ringing;Speech",
                        "audio/train/weak_16k/Y-6p32k2WUCs_0.000_10.000.wav: Alarm_bell_ringing",
                        "audio/train/weak_16k/Y-Zjgm_sZd10_0.000_4.000.wav: Alarm_bell_ringing",
                        "audio/train/synthetic20/soundscapes/1.wav: Dog");
        assertThat(Tree.lines(tree.read("desed", Part.VALIDATION)))
                .containsExactly(
                        "audio/validation/Y00pbt6aJV8Y_350.000_360.000.wav: Vacuum_cleaner",
                        "audio/validation/Y00pK0GMmE9s_70.000_80.000.wav: Vacuum_cleaner",
                        "audio/validation/YU0Cg_t_3TdI_30.000_40.000.wav: ");
        assertThat(Tree.lines(tree.read("desed", Part.TEST)))
                .containsExactly("audio/eval/public/1Ro0FgMWTUE_120_130.wav: Speech;Frying");
        List<SoundEvent> strong = tree.read("desed", Part.TEST).strongLabels().orElseThrow();
        assertThat(strong)
                .startsWith(new SoundEvent("audio/eval/public/1Ro0FgMWTUE_120_130.wav", 0, 2.081, "Speech"))
                .extracting(SoundEvent::label)
                .containsOnly("Speech", "Frying");
        Reading validation = tree.read("desed", Part.VALIDATION);
        assertThat(validation.strongLabels().orElseThrow())
                .hasSize(validation.clips().stream()
                        .mapToInt(c -> c.events().size())
                        .sum());
        assertThat(validation.clips().getLast().events()).isEmpty();
        // Weak labels have no times.
        assertThat(tree.read("desed", Part.TRAIN).strongLabels()).isEmpty();
        assertThat(tree.read("desed", Part.TRAIN).clips().getLast().events())
                .containsExactly(new Reading.Event(0.5, 1, "Dog"), new Reading.Event(2, 2.5, "Dog"));
        for (String row : List.of("x\t1\tDog", "2\t1\tDog", "-1\t1\tDog", "\t1\tDog", "0\tInfinity\tDog")) {
            tree.text("metadata/eval/public.tsv", "filename\tonset\toffset\tevent_label\na.wav\t" + row + "\n");
            assertThatThrownBy(() -> tree.read("desed", Part.TEST)).as(row).hasMessageContaining("public.tsv:2: ");
        }
        tree.text(
                "metadata/eval/public.tsv",
                "filename\tonset\toffset\tevent_label\n1Ro0FgMWTUE_120_130.wav\t0\t1\tHarp\n");
        assertThatThrownBy(() -> tree.read("desed", Part.TEST))
                .hasMessageContaining("public.tsv:2: unknown label 'Harp': it is none of the 10 classes of desed");
    }

    private static final List<String> SCENES = List.of("Market", "Park", "Square", "Street", "Waterfront");

    private Tree spass() throws IOException {
        Tree tree = tree();
        for (int s = 0; s < 5; s++) {
            StringBuilder rows = new StringBuilder("audio_filename,class,onset\n");
            for (int i = 9; i >= 0; i--) {
                String file = SCENES.get(s).toLowerCase() + "_" + i + ".wav";
                rows.append(file)
                        .append(",dog,0.5\n")
                        .append(file)
                        .append(i == 8 ? ",dog" : ",bird")
                        .append(",1.5\n");
                tree.wav(SCENES.get(s) + (s % 2 == 0 ? " audio files/" : "_audio_files/") + file);
            }
            tree.text("SPASS_META_DATA/" + (s + 1) + "_MatrixLabels" + SCENES.get(s) + ".csv", rows.toString());
        }
        return tree;
    }

    @Test
    void spassIsDividedWithinEachScene() throws IOException {
        Tree tree = spass();
        Reading train = tree.read("spass", Part.TRAIN);
        assertThat(train.clips()).hasSize(35);
        assertThat(Tree.lines(train))
                .startsWith("Market audio files/market_0.wav: dog;bird", "Market audio files/market_1.wav: dog;bird")
                .contains("Park_audio_files/park_6.wav: dog;bird")
                .doesNotContain("Park_audio_files/park_7.wav: dog;bird");
        assertThat(Tree.lines(tree.read("spass", Part.VALIDATION)))
                .hasSize(5)
                .contains("Street_audio_files/street_7.wav: dog;bird");
        assertThat(Tree.lines(tree.read("spass", Part.TEST)))
                .hasSize(10)
                .contains("Square audio files/square_8.wav: dog", "Square audio files/square_9.wav: dog;bird");
        assertThat(train.labels().names()).containsExactly("bird", "dog");
        assertThat(train.report().remarks())
                .singleElement()
                .asString()
                .startsWith("the lists hold 2 classes; the paper has 28");
    }

    @Test
    void spassKeepsTimesWhereTheListsHaveThem() throws IOException {
        Tree tree = spass();
        assertThat(tree.read("spass", Part.TEST).strongLabels()).isEmpty();
        for (int s = 0; s < 5; s++) {
            Path list = root.resolve("SPASS_META_DATA/" + (s + 1) + "_MatrixLabels" + SCENES.get(s) + ".csv");
            Files.writeString(
                    list,
                    Files.readString(list)
                            .replace("class,onset\n", "class,onset,offset\n")
                            .replace(",0.5\n", ",0.5,1.25\n")
                            .replace(",1.5\n", ",1.5,2\n"));
        }
        assertThat(tree.read("spass", Part.TEST).strongLabels().orElseThrow())
                .hasSize(20)
                .contains(
                        new SoundEvent("Square audio files/square_9.wav", 0.5, 1.25, "dog"),
                        new SoundEvent("Square audio files/square_9.wav", 1.5, 2, "bird"));
    }

    @Test
    void spassNamesAMissingListAndASecondOne() throws IOException {
        Tree tree = spass();
        Files.delete(root.resolve("SPASS_META_DATA/4_MatrixLabelsStreet.csv"));
        assertFails(() -> tree.read("spass", Part.TEST), "no list MatrixLabelsStreet.csv in " + root);
        tree.text("4_MatrixLabelsStreet.csv", "audio_filename,class\nstreet_0.wav,dog\n");
        tree.text("other/4_MatrixLabelsStreet.csv", "audio_filename,class\nstreet_0.wav,dog\n");
        assertFails(() -> tree.read("spass", Part.TEST), "two lists of the scene Street");
    }

    @Test
    void huggingFaceFolders() throws IOException {
        Tree tree = tree().wav("train/a.wav", "train/sub/b.wav", "test/c.wav");
        tree.text("train/metadata.csv", "file_name,labels\na.wav,\"['dog', 'bird']\"\nsub/b.wav,[]\n");
        tree.text("test/metadata.csv", "file_name,labels\nc.wav,bird\n");
        Reading train = tree.read("spass", Part.TRAIN);
        assertThat(Tree.lines(train)).containsExactly("train/a.wav: dog;bird", "train/sub/b.wav: ");
        assertThat(train.labels().names()).containsExactly("bird", "dog");
        assertThatThrownBy(() -> tree.read("spass", Part.VALIDATION))
                .hasMessageContaining("no metadata.csv or metadata.parquet of the part validation");
        tree.text("train/metadata.csv", "file_name,labels\n../../a.wav,dog\n");
        assertFails(() -> tree.read("spass", Part.TRAIN), "metadata.csv:2: path '../../a.wav' leaves the root");
        tree.text("train/metadata.csv", "file_name,labels\na.wav,\"[3, 4]\"\n");
        assertFails(() -> tree.read("spass", Part.TRAIN), "labels are numbers");
        tree.text("train/metadata.csv", "file_name,labels\na.wav,\"['Dog'\"\n");
        assertFails(() -> tree.read("desed", Part.TRAIN), "metadata.csv:2: not a list: it ends too early");
    }

    @Test
    void oneTableForAllPartsOfAHuggingFaceFolder() throws IOException {
        Tree tree = tree().wav("data/a.wav", "data/b.wav");
        tree.text(
                "metadata.csv",
                "file_name,labels,split\ndata/a.wav,Dog,train\ndata/b.wav,\"[\"\"Cat\"\" \"\"Dog\"\"]\",valid\n");
        assertThat(Tree.lines(tree.read("desed", Part.TRAIN))).containsExactly("data/a.wav: Dog");
        assertThat(Tree.lines(tree.read("desed", Part.VALIDATION))).containsExactly("data/b.wav: Cat;Dog");
        assertFails(() -> tree.read("desed", Part.TEST), "name no clips of the part test");
    }
}

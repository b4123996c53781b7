package org.unmute.data.set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.data.MalformedTableException;
import org.unmute.data.Part;
import org.unmute.files.InputException;
import org.unmute.metrics.event.Collar;
import org.unmute.metrics.event.SoundEvent;

/** A small folder in the layout of HEAR's package of DCASE 2016 task 2. */
class HearEventsTest {
    private static final List<String> CLASSES =
            List.of("clearthroat cough doorslam drawer keyboard keys knock laughter pageturn phone speech".split(" "));

    @TempDir
    Path root;

    private Tree tree;

    @BeforeEach
    void write() throws IOException {
        tree = new Tree(root);
        tree.text("task_metadata.json", """
            {
             "task_name": "dcase2016_task2",
             "version": "hear2021",
             "embedding_type": "event",
             "prediction_type": "multilabel",
             "split_mode": "trainvaltest",
             "sample_duration": 120.0,
             "evaluation": ["event_onset_200ms_fms", "segment_1s_er"],
             "default_mode": "full",
             "split_percentage": {"valid": 20, "test": 20, "train": 60},
             "splits": ["train", "valid", "test"],
             "mode": "full"
            }
            """);
        StringBuilder vocabulary = new StringBuilder("idx,label\n");
        for (String label : CLASSES) {
            vocabulary.append(CLASSES.indexOf(label)).append(',').append(label).append('\n');
        }
        tree.text("labelvocabulary.csv", vocabulary.toString());
        tree.text("labelcount_train.json", "{\"cough\": 1.0}");
        tree.text("train.json", """
            {
             "dev-1-ebr-0.wav": [
              {"label": "speech", "start": 1500.0, "end": 2750.5},
              {"label": "cough", "start": 300, "end": 980.0},
              {"label": "speech", "start": 90000.0, "end": 90100.0}
             ],
             "dev-1-ebr-6.wav": [{"label": "phone", "start": 0.0, "end": 120000.0}]
            }
            """);
        tree.text("valid.json", "{\"eval-3.wav\": [{\"label\": \"knock\", \"start\": 10.0, \"end\": 20.0}]}");
        tree.text("test.json", "{\"eval-4.wav\": [{\"label\": \"keys\", \"start\": 10.0, \"end\": 20.0}]}");
        tree.wav(
                "48000/train/dev-1-ebr-0.wav",
                "48000/train/dev-1-ebr-6.wav",
                "48000/valid/eval-3.wav",
                "48000/test/eval-4.wav");
    }

    @Test
    void eventsAreReadWithTheirTimesInSeconds() throws IOException {
        Reading train = tree.read("dcase2016", Part.TRAIN);
        assertThat(Tree.lines(train))
                .containsExactly("48000/train/dev-1-ebr-0.wav: speech;cough", "48000/train/dev-1-ebr-6.wav: phone");
        assertThat(train.labels().names()).isEqualTo(CLASSES);
        assertThat(train.strongLabels().orElseThrow())
                .containsExactly(
                        new SoundEvent("48000/train/dev-1-ebr-0.wav", 1.5, 2.7505, "speech"),
                        new SoundEvent("48000/train/dev-1-ebr-0.wav", 0.3, 0.98, "cough"),
                        new SoundEvent("48000/train/dev-1-ebr-0.wav", 90, 90.1, "speech"),
                        new SoundEvent("48000/train/dev-1-ebr-6.wav", 0, 120, "phone"));
        assertThat(train.report().remarks()).isEmpty();
        assertThat(Tree.lines(tree.read("dcase2016", Part.VALIDATION)))
                .containsExactly("48000/valid/eval-3.wav: knock");
        assertThat(Tree.lines(tree.read("dcase2016", Part.TEST))).containsExactly("48000/test/eval-4.wav: keys");
        assertThat(Datasets.byName("dcase2016").collar()).isEqualTo(Collar.DCASE.onsetOnly());
        assertThat(Datasets.byName("desed").collar()).isEqualTo(Collar.DCASE);
    }

    @Test
    void theHighestRateIsReadWhereThereAreSeveralAndNone48() throws IOException {
        Path of48 = root.resolve("48000");
        Files.move(of48, root.resolve("16000"));
        assertThat(Tree.lines(tree.read("dcase2016", Part.TEST))).containsExactly("16000/test/eval-4.wav: keys");
        tree.wav("44100/test/eval-4.wav");
        assertThat(Tree.lines(tree.read("dcase2016", Part.TEST))).containsExactly("44100/test/eval-4.wav: keys");
        tree.wav("48000/test/eval-4.wav", "48000/test/silent.wav");
        Reading test = tree.read("dcase2016", Part.TEST);
        assertThat(Tree.lines(test)).containsExactly("48000/test/eval-4.wav: keys");
        assertThat(test.report().remarks())
                .containsExactly(
                        "1 recordings of the part have no events in test.json and are not used, the first: silent");
    }

    @Test
    void whatIsNotThePackageIsRefused() throws IOException {
        Files.delete(root.resolve("48000/valid/eval-3.wav"));
        assertThatThrownBy(() -> tree.read("dcase2016", Part.VALIDATION))
                .isInstanceOf(DatasetException.class)
                .hasMessageContainingAll("1 of 1 clips of the part validation are missing", "eval-3.wav");
        String[][] wrong = {
            {"{\"a.wav\": [{\"label\": \"quack\", \"start\": 1, \"end\": 2}]}", "unknown label 'quack'"},
            {"{\"eval-4.wav\": [{\"label\": \"keys\", \"start\": 3, \"end\": 2}]}", "0 <= start <= end: 0.003 to 0.002"
            },
            {"{\"eval-4.wav\": [{\"label\": \"keys\", \"start\": 3}]}", "field 'end' is missing"},
            {"{\"eval-4.wav\": {\"label\": \"keys\"}}", "a list is expected"},
            {"{\"eval-4.wav\": [", "broken JSON"},
        };
        for (String[] each : wrong) {
            tree.text("test.json", each[0]);
            assertThatThrownBy(() -> tree.read("dcase2016", Part.TEST))
                    .isInstanceOfAny(MalformedTableException.class, InputException.class)
                    .hasMessageContaining("test.json")
                    .hasMessageContaining(each[1]);
        }
        tree.text("task_metadata.json", "{\"task_name\": \"maestro\"}");
        assertThatThrownBy(() -> tree.read("dcase2016", Part.TRAIN))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("is of the task 'maestro', not of dcase2016_task2");
        tree.text("task_metadata.json", "{\"task_name\": \"dcase2016_task2\"}");
        tree.text("labelvocabulary.csv", "idx,label\n0,cough\n");
        assertThatThrownBy(() -> tree.read("dcase2016", Part.TRAIN))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("holds 1 classes, 11 are expected");
    }

    /** A name in the list cannot lead out of the folder. */
    @Test
    void aNameThatLeadsElsewhereIsMissing() throws IOException {
        tree.wav("secret.wav");
        tree.text("test.json", "{\"../../secret.wav\": [{\"label\": \"keys\", \"start\": 1, \"end\": 2}]}");
        assertThatThrownBy(() -> tree.read("dcase2016", Part.TEST))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("1 of 1 clips of the part test are missing");
    }
}

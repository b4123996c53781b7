package org.unmute.data.scene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.audio.Recording;
import org.unmute.audio.Wav;
import org.unmute.data.Manifest;
import org.unmute.data.ManifestFormat;
import org.unmute.data.annotation.Annotation;
import org.unmute.data.annotation.AnnotationTable;

class SceneFolderTest {
    @TempDir
    Path folder;

    @Test
    void writtenScenesAreReadBackWithTheirLabels() throws IOException {
        SyntheticScenes scenes =
                new SyntheticScenes(SyntheticScenes.Options.standard().withSeconds(1), 3);
        scenes.write(folder, 4, 2);
        Manifest manifest = Manifest.read(folder.resolve(SceneFolder.MANIFEST), ManifestFormat.AUTO, null);
        assertThat(manifest.splits()).containsExactly("train", "test");
        assertThat(manifest.clips())
                .extracting("file", String.class)
                .containsExactly(("train/000000.wav train/000001.wav train/000002.wav train/000003.wav test/000000.wav "
                                + "test/000001.wav")
                        .split(" "));
        for (int i = 0; i < 6; i++) {
            Scene scene = scenes.clip(i < 4 ? Split.TRAIN : Split.TEST, i % 4);
            assertThat(manifest.clips().get(i).labels()).isEqualTo(scene.labels());
            Recording back = Wav.read(folder.resolve(manifest.clips().get(i).file()));
            assertThat(back.sampleRate()).isEqualTo(16000);
            for (int s = 0; s < back.samples().length; s++) {
                assertThat(Math.abs(back.samples()[s] - scene.samples()[s])).isLessThanOrEqualTo(0.5f / 32768);
            }
        }
    }

    @Test
    void labelsWithCommasAndQuotesSurvive() throws IOException {
        SceneFolder out = SceneFolder.create(folder);
        out.add(
                new Scene(
                        new float[100],
                        8000,
                        List.of(
                                new Scene.Event("Child speech, \"kid\"", "a,b", 0, 0, 0, 0.01),
                                new Scene.Event("Dog", "c", -3, 0.5, 0.5, 0.6))),
                Split.TRAIN);
        out.writeEvents();
        out.finish();
        Manifest manifest = Manifest.read(folder.resolve(SceneFolder.MANIFEST), ManifestFormat.AUTO, null);
        assertThat(manifest.clips().getFirst().labels()).containsExactly("Child speech, \"kid\"", "Dog");
        assertThat(Files.readString(folder.resolve(SceneFolder.MANIFEST))).contains("0.00;-3.00,0.000000;0.500000");
    }

    @Test
    void aFinishedFolderIsNotOverwritten() throws IOException {
        SceneFolder.create(folder).finish();
        assertThatThrownBy(() -> SceneFolder.create(folder)).isInstanceOf(FileAlreadyExistsException.class);
    }

    @Test
    void theSeparatorIsNotAllowedInNames() throws IOException {
        SceneFolder out = SceneFolder.create(folder);
        Scene scene = new Scene(new float[1], 8000, List.of(new Scene.Event("a", "x;y", 0, 0, 0, 1)));
        assertFails(IllegalArgumentException.class, () -> out.add(scene, Split.TEST), "x;y");
    }

    @Test
    void strongLabelsAreReadBack() throws IOException {
        SceneFolder out = SceneFolder.create(folder);
        out.add(
                new Scene(
                        new float[100],
                        8000,
                        List.of(
                                new Scene.Event("Child\tspeech", "a", 0, 0, 0.25, 1.5),
                                new Scene.Event("Dog", "c", -3, 0.5, 0.625, 0.75))),
                Split.TEST);
        out.writeEvents();
        out.finish();
        AnnotationTable table = AnnotationTable.read(folder.resolve(SceneFolder.eventTable(Split.TEST)));
        assertThat(table.kind()).isEqualTo(AnnotationTable.Kind.DESED);
        assertThat(table.annotations())
                .containsExactly(
                        new Annotation("test/000000.wav", 0.25, 1.5, "Child\uFFFDspeech"),
                        new Annotation("test/000000.wav", 0.625, 0.75, "Dog"));
        assertThat(AnnotationTable.read(folder.resolve(SceneFolder.eventTable(Split.TRAIN)))
                        .annotations())
                .isEmpty();
    }

    @Test
    void tablesOfEventsMayHaveBands() throws IOException {
        SceneFolder out = SceneFolder.create(folder, null, true);
        out.add(
                new Scene(new float[100], 8000, List.of(new Scene.Event("Dog", "c", 0, 0, 0.25, 1, 62.5, 1900))),
                Split.TRAIN);
        out.writeEvents();
        assertThat(Files.readString(folder.resolve("train-events.tsv")))
                .isEqualTo("filename\tonset\toffset\tevent_label\tlow\thigh\n"
                        + "train/000000.wav\t0.250000\t1.000000\tDog\t62.5\t1900.0\n");
        assertThat(Files.readString(folder.resolve("test-events.tsv"))).endsWith("low\thigh\n");
    }

    @Test
    void stemsLieInAFolderOfTheirOwn() throws IOException {
        assertThatThrownBy(() -> SceneFolder.create(folder, folder.resolve("scenes/../stems"), false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("choose another folder");
        assertThat(folder).isEmptyDirectory();
        SceneFolder out = SceneFolder.create(folder.resolve("scenes"), folder.resolve("stems"), false);
        float[][] stems = {{0.5f, 0}, {0, -0.25f}};
        List<Scene.Event> events =
                List.of(new Scene.Event("a", "x", 0, 0, 0, 1), new Scene.Event("b", "y", 0, 0, 0, 1));
        out.add(new Scene(new float[] {0.5f, -0.25f}, 8000, events, List.of(stems)), Split.TEST);
        for (int i = 0; i < 2; i++) {
            assertThat(Wav.read(folder.resolve("stems/test/000000.stem" + i + ".wav"))
                            .samples())
                    .isEqualTo(stems[i]);
        }
        assertFails(() -> new Scene(new float[2], 8000, events, List.of(stems[0])), "1 stems of 2 events");
    }
}

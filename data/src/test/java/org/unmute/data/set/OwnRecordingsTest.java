package org.unmute.data.set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.data.ClipList;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;
import org.unmute.data.ManifestFormat;
import org.unmute.data.Part;
import org.unmute.data.UsedClips;
import org.unmute.files.Sha256;

/** Tables and folders of the user's own recordings, and the record of what a run used. */
class OwnRecordingsTest {
    @TempDir
    Path root;

    private Tree tree() {
        return new Tree(root);
    }

    @Test
    void aTableNamesPartsOfRecordings() throws IOException {
        Tree tree = tree().wav("a/x.wav", "y.wav");
        tree.text(
                "clips.csv",
                "path,start,end,labels,split\na/x.wav,0,1.5,dog;cat,train\na/x.wav,1.5,3,dog,train\ny.wav,,,,test\n");
        Reading train = tree.read("table", Part.TRAIN);
        assertThat(Tree.lines(train)).containsExactly("a/x.wav#0-1.5: dog;cat", "a/x.wav#1.5-3: dog");
        assertThat(train.labels().names()).containsExactly("cat", "dog");
        assertThat(train.clips().getFirst().audio().end()).isEqualTo(1.5);
        assertThat(Tree.lines(tree.read("table", Part.TEST))).containsExactly("y.wav: ");
        String[][] cases = {
            {"path,labels\n../x.wav,dog\n", ":2: path '../x.wav' leaves the root"},
            {"path,labels\n/etc/passwd,dog\n", ":2: path '/etc/passwd' is absolute"},
            {"path,start,end,labels\ny.wav,2,1,dog\n", ":2: the clip ends at 1.0 s, before it begins at 2.0 s"},
            {"path,start,end,labels\ny.wav,-1,1,dog\n", ":2: start and end are seconds from 0, not '-1'"},
            {"path,start,end,labels\ny.wav,NaN,1,dog\n", "not 'NaN'"},
            {"path,labels,split\ny.wav,dog,dev\n", ":2: split 'dev' is none of train, validation, test"},
            {"path,labels\ny.wav,dog;;cat\n", ":2: an empty label"},
            {"path,labels\ny.wav,dog;dog\n", ":2: a label twice"},
            {"path,labels\ny.wav,dog\ny.wav,cat\n", ":3: clip 'y.wav' is already in clips.csv:2"},
            {"path,labels,unknown\ny.wav,dog,dog\n", ":2: label 'dog' is present, and not known"},
            {"path,labels,unknown\ny.wav,dog,1\n", ":2: column unknown has '1', where it names the classes"},
            {"path,labels\ny.wav,\n", "no clip has a label"},
            {"name,labels\ny.wav,dog\n", ":1: no column path, file"},
        };
        for (String[] c : cases) {
            tree.text("clips.csv", c[0]);
            assertThatThrownBy(() -> tree.read("table", Part.TRAIN)).as(c[0]).hasMessageContaining(c[1]);
        }
    }

    @Test
    void whatIsNotKnownIsReadBackToo() throws IOException {
        Tree tree = tree().wav("x.wav", "y.wav", "z.wav");
        String hash = Sha256.of(root.resolve("x.wav"));
        List<LabelledClip> clips = List.of(
                new LabelledClip("x.wav", "train", List.of("dog"), LabelledClip.OTHERS),
                new LabelledClip("y.wav", "train", List.of(), List.of("cat", "cow")),
                new LabelledClip("z.wav", "train", List.of("cat")));
        UsedClips.write(root.resolve("clips.csv"), clips, Map.of("x.wav", hash, "y.wav", hash, "z.wav", hash));
        assertThat(root.resolve("clips.csv"))
                .content()
                .startsWith("file,start,end,labels,split,sha256,unknown\nx.wav,,,dog,train," + hash + ",*\n");
        Reading read = tree.read("table", Part.TRAIN);
        assertThat(read.manifest().clips()).isEqualTo(clips);
        assertThat(read.labels().names()).containsExactly("cat", "cow", "dog");
        assertThat(Manifest.read(root.resolve("clips.csv"), ManifestFormat.AUTO, null)
                        .clips())
                .isEqualTo(clips);
        assertThatThrownBy(() -> UsedClips.write(
                        root.resolve("d.csv"),
                        List.of(new LabelledClip("x.wav", "", List.of(), List.of("a;b"))),
                        Map.of("x.wav", hash)))
                .hasMessageContaining("must not contain ';'");
    }

    @Test
    void foldersAreClasses() throws IOException {
        Tree tree = tree().wav("dog/1.wav", "dog/more/2.wav", "cat/3.wav");
        assertThat(Tree.lines(tree.read("folder", Part.TRAIN)))
                .containsExactly("cat/3.wav: cat", "dog/1.wav: dog", "dog/more/2.wav: dog");
        assertThatThrownBy(() -> tree.read("folder", Part.TEST)).hasMessageContaining("there are [train]");
        tree.wav("train/dog/1.wav", "test/fox/2.wav");
        Reading test = tree.read("folder", Part.TEST);
        assertThat(Tree.lines(test)).containsExactly("test/fox/2.wav: fox");
        assertThat(test.labels().names()).containsExactly("dog", "fox");
        tree.wav("test/3.wav");
        assertThatThrownBy(() -> tree.read("folder", Part.TEST)).hasMessageContaining("lies in no class's folder");
    }

    @Test
    void theRecordOfARunIsReadBack() throws IOException {
        Tree tree = tree().wav("a, b/x.wav", "y.wav");
        String x = Sha256.of(root.resolve("a, b/x.wav"));
        String y = Sha256.of(root.resolve("y.wav"));
        List<LabelledClip> clips = List.of(
                new LabelledClip("a, b/x.wav#0.5-1.25", "train", List.of("dog", "say \"hi\"")),
                new LabelledClip("a, b/x.wav#2-3", "train", List.of()),
                new LabelledClip("y.wav", "train", List.of("dog")));
        UsedClips.write(
                root.resolve("clips.csv"), clips, Map.of("a, b/x.wav#0.5-1.25", x, "a, b/x.wav#2-3", x, "y.wav", y));
        assertThat(root.resolve("clips.csv"))
                .hasContent(
                        "file,start,end,labels,split,sha256\n" + "\"a, b/x.wav\",0.5,1.25,\"dog;say \"\"hi\"\"\",train,"
                                + x + "\n\"a, b/x.wav\",2,3,,train," + x + "\ny.wav,,,dog,train," + y + "\n");
        assertThat(Manifest.read(root.resolve("clips.csv"), ManifestFormat.AUTO, null)
                        .clips())
                .isEqualTo(clips);
        assertThat(tree.read("table", Part.TRAIN).manifest().clips()).isEqualTo(clips);
        assertThat(ClipList.of(root.resolve("clips.csv"), null).clips())
                .isEqualTo(tree.read("table", Part.TRAIN).clipList().clips());
        assertThatThrownBy(() -> UsedClips.write(root.resolve("d.csv"), clips, Map.of("y.wav", y)))
                .hasMessage("used clips: no hash of 'a, b/x.wav#0.5-1.25'");
        assertThatThrownBy(() -> UsedClips.write(
                        root.resolve("d.csv"),
                        List.of(new LabelledClip("y.wav", "", List.of("a;b"))),
                        Map.of("y.wav", y)))
                .hasMessageContaining("must not contain ';'");
    }
}

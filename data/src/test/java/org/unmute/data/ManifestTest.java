package org.unmute.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestTest {
    @TempDir
    Path folder;

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("labels.csv"), text);
    }

    private Manifest read(String text) throws IOException {
        return Manifest.read(file(text), ManifestFormat.AUTO, null);
    }

    @Test
    void readsOwnFormat() throws IOException {
        Manifest m = read("file,labels,split\nb/2.wav,dog;cat,train\n./b//1.wav,,test\nc.wav,\"bird, singing\",test\n");
        assertThat(m.clips())
                .containsExactly(
                        new LabelledClip("b/2.wav", "train", List.of("dog", "cat")),
                        new LabelledClip("b/1.wav", "test", List.of()),
                        new LabelledClip("c.wav", "test", List.of("bird, singing")));
        assertThat(m.labels().names()).containsExactly("bird, singing", "cat", "dog");
        assertThat(m.multiHot())
                .isDeepEqualTo(new boolean[][] {{false, true, true}, {false, false, false}, {true, false, false}});
        assertThat(m.splits()).containsExactly("train", "test");
        Manifest test = m.inSplits(List.of("test"));
        assertThat(test.clips()).hasSize(2);
        assertThat(test.labels()).isEqualTo(m.labels());
        assertThat(m.isSingleLabel()).isFalse();
        assertThatThrownBy(m::classIndices)
                .hasMessage("manifest: clip 'b/2.wav' has 2 labels [dog, cat], one is needed: treat the set as"
                        + " multi-label");
        assertThatThrownBy(() -> m.inSplits(List.of("valid")))
                .hasMessage("manifest: no clips in split [valid]: there are [train, test]");
    }

    @Test
    void whatIsNotKnownIsNeitherPresentNorAbsent() throws IOException {
        Manifest m = read("file,labels,unknown\na.wav,dog,*\nb.wav,,cat\nc.wav,cat;dog,\n");
        assertThat(m.clips())
                .containsExactly(
                        new LabelledClip("a.wav", "", List.of("dog"), LabelledClip.OTHERS),
                        new LabelledClip("b.wav", "", List.of(), List.of("cat")),
                        new LabelledClip("c.wav", "", List.of("cat", "dog")));
        assertThat(m.known()).isDeepEqualTo(new boolean[][] {{false, true}, {false, true}, {true, true}});
        assertThat(m.multiHot()).isDeepEqualTo(new boolean[][] {{false, true}, {false, false}, {true, true}});
        assertThat(m.targets()).containsExactly(Float.NaN, 1, Float.NaN, 0, 1, 1);
        assertThatThrownBy(() -> m.requireKnown("scoring"))
                .hasMessageStartingWith("scoring: of 2 of 3 clips some classes are not known, the first 'a.wav', and"
                        + " would count as absent: ");
        Manifest first = new Manifest(m.clips().subList(0, 1), m.labels());
        assertThat(first.isSingleLabel()).isFalse();
        assertFails(first::classIndices, "some classes are not known");
        Manifest whole = new Manifest(m.clips().subList(2, 3), m.labels());
        assertThat(whole.known()).isNull();
        assertThat(whole.targets()).containsExactly(1, 1);
        Manifest.Matched matched =
                read("file,labels,unknown\na.wav,dog,\nb.wav,,*\n").matchedTo(List.of("a.wav", "b.wav"));
        assertThat(matched.manifest().clips()).hasSize(1);
        assertThat(matched.remark()).isEqualTo("1 clips were left out, because the labels say nothing of them");
        for (String wrong : List.of("dog", "cat;;dog", "1")) {
            assertThatThrownBy(() -> read("file,labels,unknown\na.wav,dog," + wrong + "\n"))
                    .isInstanceOf(MalformedTableException.class)
                    .hasMessageContaining(":2: ");
        }
        LabelSet dogs = LabelSet.of(List.of("dog"));
        assertThatThrownBy(() -> Manifest.read(file("file,labels,unknown\na.wav,dog,cow\n"), ManifestFormat.AUTO, dogs))
                .hasMessageContaining("unknown label 'cow'");
    }

    @Test
    void withoutAnyLabelThereAreNoClasses() throws IOException {
        assertThatThrownBy(() -> read("file,labels\na.wav,\nb.wav,\n"))
                .isInstanceOf(MalformedTableException.class)
                .hasMessageContainingAll("no clip has a label in column labels", "--vocabulary");
        Manifest silent =
                Manifest.read(file("file,labels\na.wav,\n"), ManifestFormat.AUTO, LabelSet.of(List.of("dog")));
        assertThat(silent.multiHot()).isDeepEqualTo(new boolean[][] {{false}});
        assertThatThrownBy(() -> LabelSet.of(List.of())).hasMessage("label set: no classes: at least one is needed");
        assertThat(new Manifest(List.of(), LabelSet.of(List.of("dog"))).isSingleLabel())
                .isFalse();
    }

    @Test
    void aColumnOfRecordingsGroupsClips() throws IOException {
        Manifest m = read("file,labels,recording\nx/a.wav,dog,one\nx/b.wav,cat, one \nx/c.wav,cat,\n");
        assertThat(m.clips()).extracting(LabelledClip::group).containsExactly("one", "one", "");
        assertThat(m.matchedTo(List.of("a.wav", "c.wav")).manifest().clips())
                .extracting(LabelledClip::group)
                .containsExactly("one", "");
        Path table = file("recording,labels,site\na.wav,dog,north\n");
        assertThat(Manifest.read(table, new ManifestFormat("recording", null, null, null), null)
                        .clips()
                        .getFirst()
                        .group())
                .isEmpty();
        assertThat(Manifest.read(table, new ManifestFormat("recording", null, null, "site", null, 1), null)
                        .clips()
                        .getFirst()
                        .group())
                .isEqualTo("north");
        assertThatThrownBy(() -> read("file,labels,recording,recording_id\na.wav,dog,1,1\n"))
                .hasMessageContainingAll("recording, recording_id", "--group-column");
    }

    @Test
    void readsSingleLabelFiles() throws IOException {
        Manifest esc = read("file,fold,target,category,take\n1-1-A-0.wav,1,0,dog_bark,A\n2-3-B-1.wav,2,1,rain,B\n");
        assertThat(esc.clips()).extracting(LabelledClip::split).containsExactly("1", "2");
        assertThat(esc.labels().names()).containsExactly("dog_bark", "rain");
        assertThat(esc.classIndices()).containsExactly(0, 1);
        Manifest speech = read("file,label,logit_yes,logit_no\nyes/1.wav,yes,1.5,-2\nno/1.wav,no,0,1\n");
        assertThat(speech.clips()).extracting(LabelledClip::split).containsExactly("", "");
        assertThat(speech.isSingleLabel()).isTrue();
        LabelSet order = LabelSet.of(List.of("yes", "no", "up"));
        assertThat(Manifest.read(file("file,label\nno/1.wav,no\nyes/1.wav,yes\n"), ManifestFormat.AUTO, order)
                        .classIndices())
                .containsExactly(1, 0);
        assertThat(read("file,label\na.wav,\"Male speech, man; speaking\"\n")
                        .labels()
                        .names())
                .containsExactly("Male speech, man; speaking");
    }

    @Test
    void readsFsd50kGroundTruth() throws IOException {
        Manifest m = read("fname,labels,mids,split\n"
                + "64760,\"Electric_guitar,Guitar,Music\",\"/m/1,/m/2,/m/3\",train\n"
                + "16399,Music,/m/3,val\n");
        assertThat(m.clips().getFirst())
                .isEqualTo(new LabelledClip("64760", "train", List.of("Electric_guitar", "Guitar", "Music")));
        Manifest.Matched matched = m.matchedTo(List.of("64760.wav", "99.wav"));
        assertThat(matched.manifest().clips()).extracting(LabelledClip::file).containsExactly("64760.wav");
        assertThat(matched.manifest().labels()).isEqualTo(m.labels());
        assertThat(matched.missing()).containsExactly("16399");
        assertThatThrownBy(() -> m.matchedTo(List.of("64760.wav", "64760.flac")))
                .hasMessage(
                        "manifest: file '64760' could be any of [64760.flac, 64760.wav]: write the extension into the"
                                + " label file");
        assertThat(read("fname,labels,mids\n1,\"A,B\",\"x,y\"\n")
                        .clips()
                        .getFirst()
                        .labels())
                .containsExactly("A", "B");
    }

    @Test
    void twoFilesAreNeverOneClip() throws IOException {
        Manifest m = read("file,label\na,x\na.wav,y\n");
        assertThatThrownBy(() -> m.matchedTo(List.of("a.wav", "b.wav")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("manifest: files 'a' and 'a.wav' are both clip 'a.wav': remove one of them from the label"
                        + " file");
    }

    @Test
    void columnsCanBeNamed() throws IOException {
        ManifestFormat format = new ManifestFormat("where", "what", "part", "|");
        Manifest m = Manifest.read(file("where,file,what,part,split\na.wav,x,dog|cat,1,y\n"), format, null);
        assertThat(m.clips()).containsExactly(new LabelledClip("a.wav", "1", List.of("dog", "cat")));
        assertThatThrownBy(() ->
                        Manifest.read(file("file,labels\na,b\n"), new ManifestFormat(null, "what", null, null), null))
                .hasMessage(folder.resolve("labels.csv")
                        + ":1: no column 'what' (--label-column): there are 'file, labels'");
    }

    @Test
    void eachRuleNamesFileAndLine() throws IOException {
        String[][] cases = {
            {"", "", "the file is empty"},
            {"file,labels\n", "", "no clips below the header"},
            {"file,labels,file\n", ":1", "two columns are named 'file'"},
            {
                "name,labels\na,b\n",
                ":1",
                "no column file, filename, path, fname among 'name, labels': name it with --file-column"
            },
            {"file,text\na,b\n", ":1", "name it with --label-column"},
            {
                "file,label,category\na,b,c\n",
                ":1",
                "several columns could be meant: label, category: choose one with --label-column"
            },
            {"file,labels\na.wav,x\nb.wav,y,z\n", ":3", "the row has 3 fields, the header 2"},
            {"file,labels\na.wav\n", ":2", "the row has 1 fields, the header 2"},
            {"file,labels\na.wav,x\n./a.wav,y\n", ":3", "clip 'a.wav' is already in line 2"},
            {"file,labels\n../a.wav,x\n", ":2", "path '../a.wav' leaves the root"},
            {"file,labels\nb/../../a.wav,x\n", ":2", "path 'b/../../a.wav' leaves the root"},
            {"file,labels\n/etc/a.wav,x\n", ":2", "path '/etc/a.wav' is absolute"},
            {"file,labels\nC:\\a.wav,x\n", ":2", "is absolute"},
            {"file,labels\n,x\n", ":2", "path '' names no file"},
            {"file,labels\na.wav,x;;y\n", ":2", "an empty label in 'x;;y'"},
            {"file,labels\na.wav,x;x\n", ":2", "label 'x' is there twice"},
            {"file,labels\na.wav,\"x\ny\0\"\n", ":3", "a NUL byte"},
        };
        for (String[] c : cases) {
            Path file = file(c[0]);
            assertThatThrownBy(() -> Manifest.read(file, ManifestFormat.AUTO, null))
                    .as(c[0])
                    .isInstanceOf(MalformedTableException.class)
                    .hasMessageStartingWith(file + c[1] + ": ")
                    .hasMessageContaining(c[2]);
        }
        assertThatThrownBy(() -> Manifest.read(
                        file("file,labels\na.wav,dogg\n"), ManifestFormat.AUTO, LabelSet.of(List.of("dog"))))
                .hasMessageContaining(":2: unknown label 'dogg': it is none of the 1 classes of the vocabulary");
    }

    @Test
    void readsVocabularies() throws IOException {
        assertThat(LabelSet.read(file("index,mid,display_name\n"
                                + "0,/m/09x0r,\"Speech\"\n"
                                + "1,/m/05zppz,\"Male speech, man speaking\"\n"))
                        .names())
                .containsExactly("Speech", "Male speech, man speaking");
        assertThat(LabelSet.read(file("0,Accelerating,/m/1\n1,Accordion,/m/2\n"))
                        .names())
                .containsExactly("Accelerating", "Accordion");
        assertThat(LabelSet.read(file("zebra\napple\n")).names()).containsExactly("zebra", "apple");
        Path lines =
                Files.writeString(folder.resolve("labels.txt"), "# classes\r\n_silence_\r\nMale speech, \"man\"\r\n");
        assertThat(LabelSet.read(lines).names()).containsExactly("_silence_", "Male speech, \"man\"");
        assertThat(LabelSet.read(lines).indexOf("_silence_")).isZero();
        assertThat(LabelSet.read(lines).indexOf("x")).isEqualTo(-1);
        assertFails(() -> LabelSet.read(file("a\nb\na\n")), ":3: class 'a' is there twice");
        assertFails(() -> LabelSet.read(file("x,y\na,b\n")), ":1: no column with class names");
        assertFails(() -> LabelSet.read(file("label,id\na\n")), ":2: the row has 1 fields, the first 2");
        assertFails(() -> LabelSet.read(file("")), "no class names");
        assertThatThrownBy(() -> LabelSet.of(List.of("a", "a"))).hasMessage("label set: class 'a' is there twice");
    }
}

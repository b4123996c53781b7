package org.unmute.data.annotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmute.data.LabelSet;
import org.unmute.data.LabelledClip;
import org.unmute.data.MalformedTableException;
import org.unmute.data.Manifest;
import org.unmute.data.ManifestFormat;
import org.unmute.data.annotation.LabelFile.Form;

class LabelFileTest {
    private static final String RAVEN =
            "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\tSpecies";

    @TempDir
    Path folder;

    private Path file(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text.replace("\\t", "\t").replace("\\n", "\n"));
    }

    private LabelFile read(String text) throws IOException {
        return LabelFile.read(file("labels.csv", text), LabelFile.Options.AUTO);
    }

    private static final LabelFile.Options COMPLETE =
            LabelFile.Options.AUTO.with(new Coverage.Rule(Coverage.Tables.COMPLETE, 0, null));

    private static LabelFile.Options with(Form form, String... ignored) {
        return new LabelFile.Options(form, ManifestFormat.AUTO, List.of(ignored), null, ShareRule.DEFAULT);
    }

    private static LabelledClip clip(String id, String split, String... labels) {
        return new LabelledClip(id, split, List.of(labels));
    }

    @Test
    void aColumnForEachClassIsRecognized() throws IOException {
        LabelFile whole = read("\uFEFFfile,split,wren,blackbird\r\na.wav,train,1,0\r\nb/c.wav,test,TRUE,1.0\r\n"
                + "d.wav,test,,false\r\n");
        assertThat(whole.form()).isEqualTo(Form.MATRIX);
        assertThat(whole.recognized()).isEqualTo("a column of 0 and 1 for each class: 3 clips, 2 classes");
        assertThat(whole.manifest().clips())
                .containsExactly(
                        clip("a.wav", "train", "wren"),
                        clip("b/c.wav", "test", "wren", "blackbird"),
                        clip("d.wav", "test"));
        assertThat(whole.manifest().labels().names()).containsExactly("blackbird", "wren");
        assertThat(read("file,recording,wren\na.wav,one,1\n").manifest().clips())
                .containsExactly(clip("a.wav", "", "wren").in("one"));
        // OpenSoundscape's column names, preceded by the index of a data frame.
        LabelFile parts = read(",file,start_time,end_time,wren\n0,a.wav,0.0,5.0,0\n1,a.wav,5.0,10.0,1\n");
        assertThat(parts.manifest().clips()).containsExactly(clip("a.wav#0-5", ""), clip("a.wav#5-10", "", "wren"));
    }

    @Test
    void spreadsheetsOfOtherCountriesAreRead() throws IOException {
        List<LabelledClip> right = List.of(clip("a.wav#0.5-5.5", "", "wren"));
        assertThat(read("file;start;end;wren;robin\r\na.wav;0,5;5,5;1;0\r\n")
                        .manifest()
                        .clips())
                .isEqualTo(right);
        assertThat(read("sep=;\r\nfile;start;end;wren;robin\r\na.wav;0,5;5,5;1;0\r\n")
                        .manifest()
                        .clips())
                .isEqualTo(right);
        assertThat(read("file\tstart\tend\tlabel\na.wav\t0.5\t5,5\twren\n")
                        .manifest()
                        .clips())
                .isEqualTo(right);
        assertThat(read("file;labels;split\na.wav;\"wren;robin\";train\n")
                        .manifest()
                        .clips())
                .containsExactly(clip("a.wav", "train", "wren", "robin"));
        assertThatThrownBy(() -> read("sep=;\nname;labels\na.wav;wren\n"))
                .hasMessageContaining(":2: no column file, filename, path, fname among 'name, labels'");
        assertThatThrownBy(() -> read("file,start,end,label\na.wav,\"0,5\",\"5,5\",wren\n"))
                .hasMessageContaining(":2: the start is not a number of seconds: '0,5': write a decimal point");
    }

    @Test
    void rowsOfOneStretchBecomeOneClip() throws IOException {
        String text = "file,start,end,label,split\na.wav,0,5,wren,train\na.wav,0,5.0,robin,train\na.wav,5,10,,train\n"
                + "b.wav,1,2,wren,test\n";
        LabelFile events = read(text);
        assertThat(events.form()).isEqualTo(Form.EVENTS);
        assertThat(events.recognized()).isEqualTo("one row for each event: 3 events of 2 recordings, 2 classes");
        assertThat(events.manifest().clips())
                .containsExactly(
                        clip("a.wav#0-5", "train", "wren", "robin"),
                        clip("a.wav#5-10", "train"),
                        clip("b.wav#1-2", "test", "wren"));
        assertThat(LabelFile.read(folder.resolve("labels.csv"), with(Form.CLIPS))
                        .manifest()
                        .stretches())
                .isNull();
        assertThatThrownBy(() -> read("file,start,end,label,split\na.wav,0,5,wren,train\na.wav,0,5,robin,test\n"))
                .hasMessageContaining(":3: the same stretch of 'a.wav' is in the splits 'train' and 'test'");
    }

    @Test
    void desedListsAreRead() throws IOException {
        LabelFile weak = LabelFile.read(
                file("weak.tsv", "filename\\tevent_labels\\na.wav\\tDog,Speech\\nb.wav\\tCat\\n"),
                LabelFile.Options.AUTO);
        assertThat(weak.form()).isEqualTo(Form.CLIPS);
        assertThat(weak.manifest().clips())
                .containsExactly(clip("a.wav", "", "Dog", "Speech"), clip("b.wav", "", "Cat"));
        LabelFile strong = LabelFile.read(
                file(
                        "strong.tsv",
                        "filename\\tonset\\toffset\\tevent_label\\na.wav\\t0.5\\t2\\tDog\\nb.wav\\t\\t\\t\\n"),
                LabelFile.Options.AUTO);
        assertThat(strong.manifest().clips()).containsExactly(clip("a.wav", "", "Dog"), clip("b.wav", ""));
        Manifest.Matched parts =
                strong.manifest().matchedTo(List.of("b.wav#0-5", "a.wav#5-10", "a.wav#0-5", "other.wav"));
        assertThat(parts.manifest().clips())
                .containsExactly(clip("a.wav#0-5", "", "Dog"), clip("a.wav#5-10", ""), clip("b.wav#0-5", ""));
        assertThat(parts.remark()).isEqualTo("3 clips were labelled by the events in them");
    }

    @Test
    void aFolderOfTablesIsNamedAfterItsRecordings() throws IOException {
        file("site1/rec.Table.1.selections.txt", RAVEN + "\\n1\\tWaveform 1\\t1\\t1\\t2\\t0\\t9\\twren\\n");
        file("site1/dawn.2020.selections.txt", RAVEN + "\\n");
        file("site2/rec.txt", "0.5\\t1.5\\trobin\\n2.0\\t3.0\\t\\n");
        file(
                "site2/other.BirdNET.results.csv",
                "Start (s),End (s),Scientific name,Common name,Confidence,File\\n"
                        + "0,3,Turdus,Blackbird,0.9,C:\\\\data\\\\other.wav\\n");
        file("README.txt", "Recorded in May.\\n");
        LabelFile all = LabelFile.read(folder, COMPLETE);
        assertThat(all.manifest().clips())
                .containsExactly(
                        clip("site1/dawn.2020", ""),
                        clip("site1/rec", "", "wren"),
                        clip("site2/other", "", "Blackbird"),
                        clip("site2/rec", "", "robin"));
        assertThat(all.remarks())
                .containsExactly(
                        "left out, because it is not a table of annotations: README.txt",
                        "1 annotations have no label: a clip with nothing but such is neither an example of a class nor"
                                + " one without");
        Manifest.Matched matched =
                all.manifest().matchedTo(List.of("site1/rec.wav#0-5", "site1/dawn.2020.flac", "site2/rec.wav#0-1"));
        assertThat(matched.manifest().clips())
                .containsExactly(
                        clip("site1/dawn.2020.flac", ""),
                        clip("site1/rec.wav#0-5", "", "wren"),
                        clip("site2/rec.wav#0-1", "", "robin"));
        assertThat(matched.missing()).containsExactly("site2/other");
    }

    @Test
    void aCombinedTableOfAnotherComputerIsMatchedByTheEndsOfItsPaths() throws IOException {
        Path raven = file(
                "combined.txt",
                RAVEN + "\\tBegin Path\\tFile Offset (s)\\n"
                        + "1\\tSpectrogram 1\\t1\\t1\\t2\\t0\\t9\\twren\\tD:\\\\birds\\\\site1\\\\rec.wav\\t1\\n"
                        + "2\\tSpectrogram 1\\t1\\t61\\t63\\t0\\t9\\trobin\\tD:\\\\birds\\\\site2\\\\rec.wav\\t1\\n");
        LabelFile all = LabelFile.read(raven, COMPLETE);
        assertThat(all.manifest().clips())
                .containsExactly(clip("/birds/site1/rec.wav", "", "wren"), clip("/birds/site2/rec.wav", "", "robin"));
        Manifest.Matched matched = all.manifest().matchedTo(List.of("site1/rec.wav", "site2/rec.wav", "c.wav"));
        assertThat(matched.manifest().clips())
                .containsExactly(clip("site1/rec.wav", "", "wren"), clip("site2/rec.wav", "", "robin"));
        assertThat(matched.remark()).isEqualTo("files were found by the ends of their paths");
        assertThatThrownBy(() -> all.manifest().matchedTo(List.of("x/rec.wav", "y/rec.wav")))
                .hasMessageContaining("'/birds/site1/rec.wav' could be any of [x/rec.wav, y/rec.wav]");
    }

    /**
     * Rows are clips if the cache contains them; an event that happens to fill a clip does not turn events into clips.
     */
    @Test
    void rowsAreClipsOnlyIfTheCacheHasThem() throws IOException {
        Manifest m = read("file,start,end,label\na.wav,0,5,wren\na.wav,2.5,7.5,robin\na.wav,11,12,crow\n"
                        + "a.wav,13,14,crow\na.wav,16,17,crow\n")
                .manifest();
        assertThat(m.matchedTo(List.of("a.wav#0-5", "a.wav#2.5-7.5", "a.wav#11-12"))
                        .manifest()
                        .clips())
                .containsExactly(
                        clip("a.wav#0-5", "", "wren"),
                        clip("a.wav#2.5-7.5", "", "robin"),
                        clip("a.wav#11-12", "", "crow"));
        Manifest.Matched cut = m.matchedTo(List.of("a.wav#0-5", "a.wav#5-10", "a.wav#10-15", "a.wav#15-20"));
        assertThat(cut.manifest().clips())
                .containsExactly(
                        clip("a.wav#0-5", "", "robin", "wren"),
                        clip("a.wav#5-10", "", "robin"),
                        clip("a.wav#10-15", "", "crow"),
                        clip("a.wav#15-20", "", "crow"));
        assertThat(m.matchedTo(List.of("a.wav")).manifest().clips())
                .containsExactly(clip("a.wav", "", "crow", "robin", "wren"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "file,dog,cat\\na,1,2\\n | :1: some columns have only 0 and 1, as in a table with a column for each"
                        + " class, others do not: 'cat' (line 2 has '2')",
                "file,dog,site\\na,1,x\\nb,0,y\\n | 'site' (line 2 has 'x'): name those that are not classes with"
                        + " --ignore-columns",
                "file,class,dog,cat\\na,dog,1,0\\n | could be a list of labels (column 'class') or a table with a"
                        + " column of 0 and 1 for each class (2 columns, the first 'dog'): choose with --label-format",
                "file,dog,cat\\na,0,0\\n | no row has a label",
                "file,dog,cat\\na,1,0\\n./a,0,1\\n | :3: clip 'a' is already in line 2",
                "file,dog,cat\\n../a,1,0\\n | :2: path '../a' leaves the root",
                "file,dog,cat\\na,1\\n | :2: the row has 2 fields, the header 3",
                "file,dog,start\\na,1,0\\n | a column with the start but none with the end",
                "file,start,end,dog\\na,5,1,1\\n | :2: start and end must be seconds, the start first: '5' and '1'",
                "file,start,end,dog\\na,x,1,1\\n | :2: the start is not a number of seconds: 'x'",
                "file,start,end,dog\\na,0,1e400,1\\n | :2: start and end must be seconds",
                "dog,cat\\n1,0\\n | no column with the file among 'dog, cat': name it with --file-column",
                "file,dog,dog \\na,1,0\\n | two columns are named 'dog'",
                "file,start,end,text\\na,0,1,x\\n | no column with the label of events among 'file, start, end, text':"
                        + " name it with --label-column",
                "file,dog\\na,7\\n | no column labels, label, category, class, event_labels among 'file, dog': name it"
                        + " with --label-column. Columns for classes hold 0 and 1: 'dog' (line 2 has '7') does not",
            })
    void whatIsWrongIsNamed(String content, String message) {
        assertThatThrownBy(() -> read(content))
                .isInstanceOf(MalformedTableException.class)
                .hasMessageStartingWith(folder.resolve("labels.csv").toString())
                .hasMessageContaining(message.strip());
    }

    @Test
    void optionsDecideWhatIsAmbiguous() throws IOException {
        Path both = file("both.csv", "file,class,dog,cat\na,dog,1,0\nb,cat,0,1\n");
        assertThat(LabelFile.read(both, with(Form.CLIPS)).manifest().clips())
                .containsExactly(clip("a", "", "dog"), clip("b", "", "cat"));
        assertThat(LabelFile.read(both, with(Form.MATRIX, "class")).manifest().clips())
                .containsExactly(clip("a", "", "dog"), clip("b", "", "cat"));
        assertThatThrownBy(() -> LabelFile.read(both, with(Form.MATRIX)))
                .hasMessageContaining(":2: column 'class' has 'dog' where 0, 1, true, false or nothing may be");
        assertThatThrownBy(() -> LabelFile.read(both, with(null, "site")))
                .hasMessageContaining("no column 'site' (--ignore-columns)");
        assertThatThrownBy(() -> LabelFile.read(
                        both,
                        new LabelFile.Options(
                                Form.MATRIX,
                                ManifestFormat.AUTO,
                                List.of("class"),
                                LabelSet.of(List.of("dog")),
                                ShareRule.DEFAULT)))
                .hasMessageContaining(":1: columns that are none of the 1 classes: 'cat'");
    }
}

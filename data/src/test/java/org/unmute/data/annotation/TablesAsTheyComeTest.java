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
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.data.LabelSet;
import org.unmute.data.LabelledClip;
import org.unmute.data.MalformedTableException;
import org.unmute.data.ManifestFormat;
import org.unmute.data.annotation.LabelFile.Form;
import org.unmute.data.annotation.LabelFile.Options;

/** Tables as they occur in practice: with titles, without names, with columns that may not be classes. */
class TablesAsTheyComeTest {
    private static final int HEADLESS = ManifestFormat.NO_HEADER;

    @TempDir
    Path folder;

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("labels.csv"), text);
    }

    private LabelFile read(String text, Options options) throws IOException {
        return LabelFile.read(file(text), options);
    }

    private static Options header(int row) {
        return new Options(
                null, new ManifestFormat(null, null, null, null, null, row), List.of(), null, ShareRule.DEFAULT);
    }

    private static Options columns(List<String> ignored, List<String> declared, List<String> nothing) {
        return new Options(
                null, ManifestFormat.AUTO, ignored, declared, nothing, null, ShareRule.DEFAULT, Coverage.Rule.DEFAULT);
    }

    private static LabelledClip clip(String id, String... labels) {
        return new LabelledClip(id, "", List.of(labels));
    }

    private void refuses(String text, Options options, String... words) {
        assertThatThrownBy(() -> read(text, options))
                .isInstanceOf(MalformedTableException.class)
                .hasMessageStartingWith(folder.resolve("labels.csv").toString())
                .hasMessageContainingAll(words);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Survey of May,,\nby Ann,,\nfile,wren,robin\na.wav,1,0\nb.wav,0,1\n",
                "Survey of May\n\nfile;wren;robin\na.wav;1;0\nb.wav;0;1\n",
                "say \"hi\" to all\nby \"Ann\nfile\twren\trobin\na.wav\t1\t0\nb.wav\t0\t1\n"
            })
    void titlesAboveTheHeader(String text) throws IOException {
        LabelFile table = read(text, header(3));
        assertThat(table.form()).isEqualTo(Form.MATRIX);
        assertThat(table.manifest().clips()).containsExactly(clip("a.wav", "wren"), clip("b.wav", "robin"));
        if (!text.startsWith("say")) {
            refuses(
                    text,
                    Options.AUTO,
                    "no column with the file among 'Survey of May",
                    "the file is looked for in begin path,",
                    "the labels in labels, label, category, class, event_labels, in columns of 0 and 1",
                    "The table begins: line 1 'Survey of May'",
                    "line 3 'file', 'wren', 'robin'",
                    "Line 3 seems to name the columns: give --header-row 3");
        }
        refuses(text, header(2), text.startsWith("Survey of May\n\n") ? "line 2 is empty or not there" : "");
        refuses(text, header(9), "line 9 is empty or not there, but should name the columns (--header-row)");
    }

    @Test
    void aHeaderThatWasNamedIsNotProposedAgain() {
        assertThatThrownBy(() -> read("Survey;;\n;;\nfile;wren;Empty\na.wav;1;0\n", header(3)))
                .hasMessageContainingAll("is 'Empty' a class", "The table begins: line 1 'Survey'")
                .hasMessageNotContaining("give --header-row");
    }

    @Test
    void aTableWithoutAHeaderIsNotReadAsIfItHadOne() throws IOException {
        String matrix = "a.wav,1,0,1\nb.wav,0,1,0\n";
        refuses(
                matrix,
                Options.AUTO,
                ":1: the first row should name the columns, but holds data",
                "The table begins: line 1 'a.wav', '1', '0', '1'; line 2 'b.wav'",
                "If no row names the columns, give --no-header: they are then called 1, 2, …");
        refuses("1,0\n0,1\n", Options.AUTO, "the first row should name the columns, but holds data");
        refuses("wren,a.wav\nrobin,b.wav\n", Options.AUTO, "--no-header");
        LabelFile plain = read(matrix, header(HEADLESS));
        assertThat(plain.form()).isEqualTo(Form.MATRIX);
        assertThat(plain.manifest().clips()).containsExactly(clip("a.wav", "2", "4"), clip("b.wav", "3"));
        assertThat(plain.remarks())
                .containsExactly("the classes are the numbers of their columns: --vocabulary names them, in order");
        LabelSet names = LabelSet.of(List.of("wren", "crow", "robin"));
        LabelFile named = read(
                matrix,
                new Options(
                        null,
                        new ManifestFormat(null, null, null, null, null, HEADLESS),
                        List.of(),
                        names,
                        ShareRule.DEFAULT));
        assertThat(named.manifest().clips()).containsExactly(clip("a.wav", "wren", "robin"), clip("b.wav", "crow"));
        assertThat(named.manifest().labels()).isEqualTo(names);
        assertThat(named.remarks())
                .containsExactly("columns are classes in the order of the vocabulary: column 2 is 'wren', column 3 is"
                        + " 'crow', column 4 is 'robin'");
        // A probe that was trained with these numbers as names has them in text order.
        LabelSet numbers = LabelSet.of(List.of("4", "2", "3"));
        assertThat(read(
                                matrix,
                                new Options(
                                        null,
                                        new ManifestFormat(null, null, null, null, null, HEADLESS),
                                        List.of(),
                                        numbers,
                                        ShareRule.DEFAULT))
                        .manifest()
                        .clips())
                .isEqualTo(plain.manifest().clips());
        LabelFile list = read("a.wav,wren\nb.wav,robin\n", header(HEADLESS));
        assertThat(list.form()).isEqualTo(Form.CLIPS);
        assertThat(list.manifest().clips()).containsExactly(clip("a.wav", "wren"), clip("b.wav", "robin"));
        LabelFile chosen = read(
                "x,wren,a.wav\ny,robin,b.wav\n",
                new Options(
                        null,
                        new ManifestFormat("3", "2", null, null, null, HEADLESS),
                        List.of(),
                        null,
                        ShareRule.DEFAULT));
        assertThat(chosen.manifest().clips()).containsExactly(clip("a.wav", "wren"), clip("b.wav", "robin"));
    }

    /** A tab-separated matrix of two classes looks like events from 0 to 1 s. */
    @Test
    void aMatrixBetweenTabsIsNotReadAsEvents() throws IOException {
        String text = "a.wav\t0\t1\t1\nb.wav\t0\t1\t0\n";
        refuses(text, Options.AUTO, "could be events", "--label-format events", "--no-header");
        assertThat(read(text, header(HEADLESS)).manifest().clips())
                .containsExactly(clip("a.wav", "3", "4"), clip("b.wav", "3"));
        Options events = new Options(Form.EVENTS, ManifestFormat.AUTO, List.of(), null, ShareRule.DEFAULT);
        assertThat(read(text, events).events()).hasSize(2);
    }

    @Test
    void columnsWithoutANameAreNotLeftOutInSilence() throws IOException {
        refuses(
                "file,wren,,robin\na.wav,1,1,0\n",
                Options.AUTO,
                ":2: column 3 has no name, but holds '1'",
                "--ignore-columns 'column 3'");
        assertThat(read("file,wren,,robin\na.wav,1,1,0\n", columns(List.of("column 3"), List.of(), List.of()))
                        .manifest()
                        .clips())
                .containsExactly(clip("a.wav", "wren"));
        // Empty columns of a spreadsheet, and the index of a data frame.
        assertThat(read("file,wren,,\na.wav,1,,\n", Options.AUTO).manifest().clips())
                .containsExactly(clip("a.wav", "wren"));
        assertThat(read(",file,wren\n0,a.wav,1\n", Options.AUTO).manifest().clips())
                .containsExactly(clip("a.wav", "wren"));
        assertThat(read("file,label,,\na.wav,wren,,\n", Options.AUTO).manifest().clips())
                .containsExactly(clip("a.wav", "wren"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Empty", "noise", "No call", "NO_EVENTS", "background", "No birds"})
    void aColumnThatMayBeNoClassIsAskedAbout(String name) throws IOException {
        String text = "file,wren," + name + "\na.wav,1,0\nb.wav,0,1\nc.wav,0,0\n";
        refuses(
                text,
                Options.AUTO,
                "is '" + name + "' a class, or does it say that none of the classes is there? Give",
                "--class-columns '" + name + "' in the first case, --nothing-columns '" + name + "' in the second",
                "--ignore-columns '" + name + "' leaves it out",
                "line 1 'file', 'wren', '" + name + "'");
        assertThat(read(text, columns(List.of(), List.of(name), List.of()))
                        .manifest()
                        .clips())
                .containsExactly(clip("a.wav", "wren"), clip("b.wav", name), clip("c.wav"));
        LabelFile none = read(text, columns(List.of(), List.of(), List.of(name)));
        assertThat(none.manifest().clips()).containsExactly(clip("a.wav", "wren"), clip("b.wav"), clip("c.wav"));
        assertThat(none.manifest().labels().names()).containsExactly("wren");
        assertThat(none.remarks())
                .containsExactly("1 rows have neither a class nor " + name + ": they count as clips without a label");
        assertThat(read(text, columns(List.of(name), List.of(), List.of()))
                        .manifest()
                        .labels()
                        .names())
                .containsExactly("wren");
        // A vocabulary with the class settles the question.
        Options known = new Options(
                null, ManifestFormat.AUTO, List.of(), LabelSet.of(List.of(name, "wren")), ShareRule.DEFAULT);
        assertThat(read(text, known).manifest().clips()).contains(clip("b.wav", name));
        refuses(
                "file,wren," + name + "\na.wav,1,1\n",
                columns(List.of(), List.of(), List.of(name)),
                ":2: '" + name + "' says that none of the classes is there, but 'wren' is");
        refuses(text, columns(List.of(), List.of(), List.of("site")), "no column 'site' (--nothing-columns)");
    }

    @Test
    void aLabelThatMayBeNoneIsSaid() throws IOException {
        LabelFile list = read("file,label\na.wav,wren\nb.wav,Empty\n", Options.AUTO);
        assertThat(list.remarks())
                .containsExactly("the label 'Empty' counts as a class of its own: where it says that no class is there,"
                        + " leave the cell empty instead");
        assertThat(read("file,label\na.wav,wren\n", Options.AUTO).remarks()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "foo,bar/x,y | no column with the file among 'foo, bar': name it with --file-column; the file is looked"
                        + " for in begin path, begin file, filename, file, path,",
                "foo,bar/x,1 | the labels in labels, label, category, class, event_labels, in columns of 0 and 1 that"
                        + " are named after the classes, or in rows with start, end and label. The table begins: line 1"
                        + " 'foo', 'bar'; line 2 'x', '1'",
                "foo,label/x,y | no column file, filename, path, fname among 'foo, label': name it with --file-column."
                        + " The table begins: line 1 'foo', 'label'; line 2 'x', 'y'",
                "file,bar/x,y | no column labels, label, category, class, event_labels among 'file, bar': name it with"
                        + " --label-column. Columns for classes hold 0 and 1: 'bar' (line 2 has 'y') does not. The"
                        + " table begins: line 1 'file', 'bar'",
            })
    void whatIsLookedForIsSaid(String text, String message) {
        refuses(text.strip().replace('/', '\n') + "\n", Options.AUTO, message.strip());
    }

    @Test
    void cellsOfAMessageAreShortAndPlain() {
        String wide = "x".repeat(500);
        refuses(
                "foo\u001B[2J,b,c,d,e,f\n" + wide + ",2,3,4,5,6\n",
                Options.AUTO,
                "line 1 'foo\uFFFD[2J', 'b', 'c', 'd', 'e', …; line 2 '" + "x".repeat(20) + "…', '2'");
    }
}

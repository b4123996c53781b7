package org.unmute.spark.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmute.data.ClipList;
import org.unmute.probes.cache.AudioClip;
import org.unmute.spark.plan.PlannedClip;

/** Tables and lists of recordings. */
class RecordingListTest {
    private final Configuration configuration = new Configuration();
    private final HadoopFiles files = new HadoopFiles(configuration);

    @TempDir
    Path temp;

    @BeforeEach
    void register() {
        PretendFileSystem.register(configuration);
    }

    private RecordingList list(String name, String content, String root) throws IOException {
        Path file = temp.resolve(name);
        Files.writeString(file, content);
        String uri = "file:" + file;
        return new RecordingList(
                files, uri, RecordingRoot.of(files, root == null ? temp.toString() : root), root != null);
    }

    private List<PlannedClip> table(String content) throws IOException {
        return list("list.csv", content, null).table();
    }

    /** Ids and ranges must equal those of the command line for the same file. */
    private void assertAsCommandLine(Path file, List<PlannedClip> clips) throws IOException {
        List<AudioClip> expected = ClipList.of(file, null).clips();
        assertThat(clips)
                .extracting(PlannedClip::clip)
                .isEqualTo(expected.stream().map(AudioClip::id).toList());
        for (int i = 0; i < clips.size(); i++) {
            PlannedClip clip = clips.get(i);
            assertThat(clip.start()).isEqualTo(expected.get(i).start());
            assertThat(clip.end()).isEqualTo(expected.get(i).end());
            assertThat(clip.uri()).isEqualTo("file:" + expected.get(i).path());
            assertThat(clip.uri()).isEqualTo("file:" + temp + "/" + clip.file());
        }
    }

    /** Results carry labels, but cannot express unknown ones, which would count as absent. */
    @Test
    void labelsOfWhichSomeAreNotKnownAreRefused() throws IOException {
        assertThatThrownBy(() -> table("path,labels,unknown\na.wav,wren,*\n"))
                .hasMessageContaining("list.csv:1: column 'unknown' says that some labels are not known");
        assertThat(table("path,unknown\na.wav,*\n")).hasSize(1);
        StructType columns =
                new StructType().add("path", "string").add("Labels", "string").add("Unknown", "string");
        assertThatThrownBy(() -> RowColumns.of(columns))
                .hasMessageContaining("leave the columns labels and unknown out of this table");
    }

    @Test
    void aTableGivesTheClipsOfTheCommandLine() throws IOException {
        List<PlannedClip> clips = table("""
            path,start,end,note
            a/b.wav,,,whole
            a/b.wav,0.50,1.5,part
            ./a//c.wav,1,2.0000004,rounded
            day.wav#600-1200,,,by name
            %s/x y.wav,,,absolute
            file:%s/_u/z:1.wav,0,3,with a scheme
            """.formatted(temp, temp));
        assertThat(clips)
                .extracting(PlannedClip::clip)
                .containsExactly(
                        "a/b.wav", "a/b.wav#0.5-1.5", "a/c.wav#1-2", "day.wav#600-1200", "x y.wav", "_u/z:1.wav#0-3");
        assertThat(clips.get(3).file()).isEqualTo("day.wav");
        assertThat(clips.get(3).seconds()).isEqualTo(600);
        Files.writeString(
                temp.resolve("list.csv"),
                Files.readString(temp.resolve("list.csv")).replace("file:" + temp, temp.toString()));
        assertAsCommandLine(temp.resolve("list.csv"), clips);
    }

    @Test
    void aListGivesTheClipsOfTheCommandLine() throws IOException {
        List<PlannedClip> clips = list(
                        "list.txt", "# comment\n\nb.wav\r\n a.wav \nday.wav#0-0.25\nZaunkönig.wav\n", null)
                .lines();
        assertAsCommandLine(temp.resolve("list.txt"), clips);
        assertThat(clips).extracting(PlannedClip::seconds).containsExactly(Double.NaN, Double.NaN, 0.25, Double.NaN);
    }

    @Test
    void labelsSplitsIdsAndLengthsComeAlong() throws IOException {
        List<PlannedClip> clips = table("""
            Clip;FNAME;labels;Split;seconds;start;end
            one;a.wav;"dog;cat";train;2,5;;
            two;a.wav;;;;0,5;1
            three#1-2;a.wav;dog;test;;;
            four;pretend:/1-1-1/far.wav;dog;test;;;
            """);
        assertThat(clips).extracting(PlannedClip::clip).containsExactly("one", "two", "three#1-2", "four");
        assertThat(clips).extracting(PlannedClip::labels).containsExactly("dog;cat", null, "dog", "dog");
        assertThat(clips).extracting(PlannedClip::split).containsExactly("train", null, "test", "test");
        assertThat(clips).extracting(PlannedClip::seconds).containsExactly(2.5, 0.5, 1.0, Double.NaN);
        assertThat(clips).extracting(PlannedClip::start).containsExactly(0.0, 0.5, 1.0, 0.0);
        assertThat(clips)
                .extracting(PlannedClip::file)
                .containsExactly("a.wav", "a.wav", "a.wav", "pretend:/1-1-1/far.wav");
        assertThat(clips.get(2).labels()).isSameAs(clips.get(3).labels());
    }

    @Test
    void aRootOfItsOwn() throws IOException {
        List<PlannedClip> clips = list("list.csv", "file\nx.wav\npretend:/data/deep/y.wav\n", "pretend:///data/")
                .table();
        assertThat(clips)
                .extracting(PlannedClip::uri)
                .containsExactly("pretend:/data/x.wav", "pretend:/data/deep/y.wav");
    }

    /** In the form of a job's index. */
    @Test
    void aRootInTheTable() throws IOException {
        String content = """
            path,root,clip,start,end
            deep/y.wav,pretend:/data,,0.0,
            x.wav,pretend:///data/,x,0,Infinity
            x.wav,,own,,inf
            pretend:/other/z.wav,pretend:/data,z,1,2
            """;
        List<PlannedClip> clips = list("list.csv", content, null).table();
        assertThat(clips).extracting(PlannedClip::clip).containsExactly("deep/y.wav", "x", "own", "z");
        assertThat(clips)
                .extracting(PlannedClip::file)
                .containsExactly("deep/y.wav", "x.wav", "x.wav", "pretend:/other/z.wav");
        assertThat(clips)
                .extracting(PlannedClip::uri)
                .containsExactly(
                        "pretend:/data/deep/y.wav",
                        "pretend:/data/x.wav",
                        "file:" + temp + "/x.wav",
                        "pretend:/other/z.wav");
        assertThat(clips)
                .extracting(PlannedClip::root)
                .containsExactly("pretend:/data", "pretend:/data", "file:" + temp, null);
        assertThat(clips.subList(0, 3)).allMatch(PlannedClip::whole);
        assertThat(list("list.csv", content, "pretend:/moved")
                        .table()
                        .getFirst()
                        .uri())
                .as("a root that the user names counts for all rows")
                .isEqualTo("pretend:/moved/deep/y.wav");
    }

    @Test
    void theRootOfAFileSystem() throws IOException {
        assertThat(list("list.csv", "file\nx.wav\n", "pretend:/").table())
                .extracting(PlannedClip::root)
                .containsExactly("pretend:/");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "file\\na.wav\\na.wav|:3: clip 'a.wav' is already in line 2",
                "file,clip\\na.wav,x\\nb.wav,x|:3: clip 'x' is already in line 2",
                "file\\n../a.wav|:2: path '../a.wav' leaves the root",
                "file\\n/elsewhere/a.wav|:2: path '/elsewhere/a.wav' is not below the root",
                "file\\npretend:/a.wav|:2: path 'pretend:/a.wav' is not below the root",
                "file,start,end\\na.wav,2,1|:2: start and end must be seconds, the start before the end: '2' and '1'",
                "file,start,end\\na.wav,2,|:2: start and end must be seconds",
                "file,seconds\\na.wav,long|:2: seconds of 'long': it must be a number",
                "file,clip\\n,x|:2: no path",
                "name\\na.wav|:1: no column file, filename, path, fname",
                "file,path\\na,b|:1: several columns could be meant",
                "file\\n\"a|:2: the quote opened in this row is never closed",
                "''|: the file is empty"
            })
    void whatIsWrongIsSaidWithFileAndLine(String content, String message) {
        assertThatThrownBy(() -> table(content.replace("\\n", "\n")))
                .isInstanceOf(MalformedManifestException.class)
                .hasMessageStartingWith("file:" + temp + "/list.csv")
                .hasMessageContaining(message);
    }
}

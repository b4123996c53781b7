package org.unmute.spark.input;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.unmute.audio.AudioFormats;
import org.unmute.audio.UnsupportedAudioException;
import org.unmute.audio.playback.Mixdown;
import org.unmute.data.ClipDivision;
import org.unmute.data.ClipId;
import org.unmute.data.ClipList;
import org.unmute.events.recording.ChannelChoice;
import org.unmute.spark.plan.PlannedClip;

/**
 * The input of a job: the clips of a folder or a manifest, measured, with long recordings divided. Clips and ids agree
 * with those of {@code unmute embed} for the same recordings. Clips of one file are adjacent.
 *
 * @param clips all clips; {@link PlannedClip#stamp} is {@link #ABSENT} if the clip's file does not exist
 * @param recordings number of files and parts of files before long ones were divided
 * @param divided ids of the recordings that were divided
 * @param remarks messages for the user, one line each: files that are not read or could not be measured
 */
public record AudioInput(List<PlannedClip> clips, int recordings, List<String> divided, List<String> remarks) {
    /** The stamp of a file that a manifest names but that does not exist. */
    public static final String ABSENT = "absent";

    private static final int EXAMPLES = 3;
    /** Lengths in a manifest are trusted up to this fraction of the length from which recordings are divided. */
    private static final double MARGIN = 0.9;

    /**
     * Lists and measures recordings. Runs a Spark job that asks executors for stamps and lengths where they are not
     * known yet.
     *
     * @param audio a folder, a sound file, a CSV or TSV or Parquet table, or a file with one path per line
     * @param root folder that paths in a list are relative to; null for the list's own folder
     * @param rule which recordings are divided
     * @throws MalformedManifestException if a manifest is malformed
     * @throws IOException if {@code audio} does not exist, cannot be read, or has no recordings
     */
    public static AudioInput of(SparkSession spark, String audio, String root, ClipDivision.Rule rule)
            throws IOException {
        return of(spark, audio, root, rule, ChannelChoice.MIX);
    }

    /**
     * Lists and measures recordings, of which some channels are read, as above.
     *
     * @param channels which channels; a clip of one has its number in its id
     * @throws MalformedManifestException if a manifest is malformed
     * @throws IOException if {@code audio} does not exist, cannot be read, or has no recordings
     */
    public static AudioInput of(
            SparkSession spark, String audio, String root, ClipDivision.Rule rule, ChannelChoice channels)
            throws IOException {
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        HadoopFiles files = new HadoopFiles(context.hadoopConfiguration());
        List<String> remarks = new ArrayList<>();
        List<PlannedClip> listed = listed(spark, files, audio, root, remarks);
        return measured(context, listed, rule, channels, remarks);
    }

    private static List<PlannedClip> listed(
            SparkSession spark, HadoopFiles files, String audio, String root, List<String> remarks) throws IOException {
        Path source = files.qualified(audio);
        String uri = source.toString();
        FileStatus status;
        try {
            status = files.status(uri);
        } catch (NoSuchFileException e) {
            throw new NoSuchFileException(uri, null, "neither a folder, nor an audio file, nor a list of files");
        }
        String extension = FolderListing.extension(source.getName());
        boolean parquet = RecordingList.isParquet(source.getName());
        if (status.isDirectory() && !parquet) {
            FolderListing listing = FolderListing.of(files, source);
            remarks.addAll(listing.remarks());
            return listing.clips();
        }
        if (ClipList.AUDIO_EXTENSIONS.contains(extension)) {
            String id = source.getName();
            String stamp = HadoopFiles.stamp(status);
            return List.of(new PlannedClip(id, id, uri, 0, Double.POSITIVE_INFINITY, Double.NaN, null, null, stamp));
        }
        if (AudioFormats.unread().containsKey(extension)) {
            throw new UnsupportedAudioException(uri, AudioFormats.unread().get(extension));
        }
        RecordingRoot base =
                RecordingRoot.of(files, root != null ? root : source.getParent().toString());
        RecordingList list = new RecordingList(files, uri, base, root != null);
        List<PlannedClip> clips = parquet
                ? list.parquet(spark)
                : extension.equals("csv") || extension.equals("tsv") ? list.table() : list.lines();
        if (clips.isEmpty()) {
            throw new MalformedManifestException(uri + ": the list names no files", null);
        }
        return clips;
    }

    /** Groups clips by file, asks for unknown stamps and lengths, and divides long recordings. */
    static AudioInput measured(
            JavaSparkContext spark,
            List<PlannedClip> listed,
            ClipDivision.Rule rule,
            ChannelChoice channels,
            List<String> remarks) {
        int[] fileOf = new int[listed.size()];
        List<PlannedClip> firsts = new ArrayList<>();
        Map<String, Integer> numbers = new HashMap<>();
        for (int i = 0; i < fileOf.length; i++) {
            PlannedClip clip = listed.get(i);
            Integer number = numbers.putIfAbsent(clip.uri(), firsts.size());
            if (number == null) {
                firsts.add(clip);
            }
            fileOf[i] = number == null ? firsts.size() - 1 : number;
        }
        boolean[] lengthless = new boolean[firsts.size()];
        for (int i = 0; i < fileOf.length; i++) {
            lengthless[fileOf[i]] |= isMeasured(listed.get(i), rule);
        }
        numbers.clear();
        FileSurvey.Answer[] answers = answers(spark, firsts, lengthless, channels.each());
        note(firsts, answers, remarks);
        List<PlannedClip> clips = new ArrayList<>(listed.size());
        List<String> divided = new ArrayList<>();
        for (int i : order(listed, fileOf)) {
            FileSurvey.Answer file = answers[fileOf[i]];
            for (PlannedClip clip : channelsOf(listed.get(i), file, channels)) {
                add(clip, file, rule, clips, divided);
            }
        }
        return new AudioInput(clips, listed.size(), divided, remarks);
    }

    /** The channels of a clip that are read; of a file that could not be opened, the first, which fails when read. */
    private static List<PlannedClip> channelsOf(PlannedClip clip, FileSurvey.Answer file, ChannelChoice channels) {
        if (channels.isMix() || clip.channel() != Mixdown.MEAN) {
            return List.of(clip);
        }
        int first = channels.each() ? 1 : channels.channel();
        int last = channels.each() ? Math.max(1, file.channels()) : first;
        String source = clip.whole() ? clip.clip() : ClipId.source(clip.clip());
        return IntStream.rangeClosed(first, last)
                .mapToObj(c -> piece(
                        clip,
                        ClipId.channel(source, c) + clip.clip().substring(source.length()),
                        clip.start(),
                        clip.end(),
                        clip.seconds(),
                        clip.stamp()))
                .toList();
    }

    /** Whether a clip's file has to be measured: its manifest gives no length, or one not exact enough to divide it. */
    private static boolean isMeasured(PlannedClip clip, ClipDivision.Rule rule) {
        return Double.isNaN(clip.seconds()) || clip.whole() && clip.seconds() > MARGIN * rule.longest();
    }

    /** Order of the clips: grouped by file, in the order of each file's first clip, and by start within a file. */
    private static int[] order(List<PlannedClip> listed, int[] fileOf) {
        return IntStream.range(0, fileOf.length)
                .boxed()
                .sorted(Comparator.<Integer>comparingInt(i -> fileOf[i])
                        .thenComparingDouble(i -> listed.get(i).start()))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private static FileSurvey.Answer[] answers(
            JavaSparkContext spark, List<PlannedClip> firsts, boolean[] lengthless, boolean channels) {
        FileSurvey.Answer[] answers = new FileSurvey.Answer[firsts.size()];
        List<FileSurvey.Question> questions = new ArrayList<>();
        for (int i = 0; i < answers.length; i++) {
            PlannedClip first = firsts.get(i);
            if (first.stamp() == null || lengthless[i] || channels) {
                questions.add(new FileSurvey.Question(first.uri(), first.stamp(), lengthless[i], channels));
            } else {
                answers[i] = new FileSurvey.Answer(first.stamp(), Double.NaN, 0, null);
            }
        }
        List<FileSurvey.Answer> asked = FileSurvey.ask(spark, questions);
        int next = 0;
        for (int i = 0; i < answers.length; i++) {
            answers[i] = answers[i] == null ? asked.get(next++) : answers[i];
        }
        return answers;
    }

    private static void note(List<PlannedClip> files, FileSurvey.Answer[] answers, List<String> remarks) {
        int failed = 0;
        List<String> examples = new ArrayList<>();
        for (int i = 0; i < answers.length; i++) {
            if (answers[i].failure() != null) {
                failed++;
                if (examples.size() < EXAMPLES) {
                    examples.add(files.get(i).file() + ": " + answers[i].failure());
                }
            }
        }
        if (failed > 0) {
            remarks.add(failed + (failed == 1 ? " file" : " files")
                    + " could not be measured and will be taken as a whole; where that fails, another run tries again: "
                    + String.join("; ", examples) + (failed > examples.size() ? "; …" : ""));
        }
    }

    private static void add(
            PlannedClip clip,
            FileSurvey.Answer file,
            ClipDivision.Rule rule,
            List<PlannedClip> clips,
            List<String> divided) {
        String stamp = file.stamp() == null ? ABSENT : file.stamp();
        double seconds = isMeasured(clip, rule) ? file.seconds() : clip.seconds();
        List<ClipId.Part> parts = clip.whole() ? ClipDivision.parts(clip.clip(), seconds, rule) : List.of();
        if (parts.isEmpty()) {
            clips.add(piece(clip, clip.clip(), clip.start(), clip.end(), seconds, stamp));
            return;
        }
        divided.add(clip.clip());
        for (ClipId.Part part : parts) {
            String id = ClipId.part(clip.clip(), part.start(), part.end());
            clips.add(piece(clip, id, part.start(), part.end(), part.end() - part.start(), stamp));
        }
    }

    private static PlannedClip piece(
            PlannedClip of, String id, double start, double end, double seconds, String stamp) {
        return new PlannedClip(id, of.file(), of.uri(), start, end, seconds, of.labels(), of.split(), stamp);
    }
}

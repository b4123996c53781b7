package org.unmute.spark;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;
import org.unmute.data.ClipId;
import org.unmute.data.provenance.Json;
import org.unmute.data.provenance.RunRecord;
import org.unmute.data.provenance.Units;
import org.unmute.events.detection.DetectionRules;
import org.unmute.events.detection.DetectorSetup;
import org.unmute.files.Diagnosis;
import org.unmute.files.InputException;
import org.unmute.files.SettingsException;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.TokenPooling;
import org.unmute.spark.input.AudioInput;
import org.unmute.spark.input.FileDigests;
import org.unmute.spark.input.HadoopFiles;
import org.unmute.spark.layout.JobFolder;
import org.unmute.spark.layout.JobKey;
import org.unmute.spark.plan.ClipSize;
import org.unmute.spark.plan.EmbedOptions;
import org.unmute.spark.plan.Kept;
import org.unmute.spark.plan.ModelFiles;
import org.unmute.spark.plan.ShareBounds;
import org.unmute.spark.plan.SharePlan;
import org.unmute.spark.task.ClipCounters;
import org.unmute.spark.task.ExecutorEncoder;
import org.unmute.spark.task.JobFiles;
import org.unmute.spark.task.ShareRun;

/**
 * The driver's side of an embedding: opens the encoder, lists and measures recordings, removes those already in the
 * folder, plans shares, runs them, and accounts for every clip.
 */
final class EmbedRun {
    private static final int SHOWN = 20;
    /** Maximum number of clips whose problems with time and place are reported. */
    private static final int ODD = 8;

    private final SparkSession session;
    private final JavaSparkContext spark;
    private final Configuration hadoop;
    private final EmbedRequest request;
    private final Console console;

    EmbedRun(SparkSession session, EmbedRequest request, Console console) {
        this.session = session;
        this.spark = JavaSparkContext.fromSparkContext(session.sparkContext());
        this.hadoop = spark.hadoopConfiguration();
        this.request = request;
        this.console = console;
    }

    /**
     * Runs the embedding.
     *
     * @throws InputException if no clip could be used
     * @throws IOException if a file, a file system or a task fails
     */
    void run() throws IOException {
        RunRecord record = new RunRecord(command());
        ExecutorEncoder encoder = opened();
        describe(encoder);
        AudioInput input = listed();
        describe(input);
        ClipSize size = new ClipSize(
                encoder.encoder().encoder().describe(),
                request.kept().contains(Kept.TOKENS) ? encoder.key().dtype() : null,
                encoder.key().layers());
        if (request.dryRun()) {
            SharePlan plan = SharePlan.of(input.clips(), bounds(), size, 0);
            result(
                    Json.object()
                            .put("folder", request.out())
                            .put("clips", plan.clips())
                            .put("bytes", plan.bytes()),
                    List.of(request.out() + ": would hold " + plan.statement() + "; nothing was written"));
            return;
        }
        try (JobFolder folder = JobFolder.open(
                request.out(),
                key(encoder),
                request.breakLock(),
                hadoop,
                request.verify(),
                uris -> FileDigests.of(spark, uris),
                console::tell)) {
            folder.remarks().forEach(console::tell);
            tellUnplaced(folder.unplaced());
            tellUnplanned(folder.lost(), input);
            fill(folder, encoder, input, size, record);
        }
    }

    /** Says that a folder was begun by a version without times of day and places. */
    private void tellUnplaced(int clips) {
        if (clips > 0 && request.kept().contains(Kept.EVENTS)) {
            console.tell("of " + Units.count(clips, "clip") + " of the folder an earlier version found the events:"
                    + " these have neither time of day nor place, as others of this folder have from now on; fill"
                    + " another folder to have them everywhere");
        }
    }

    /** Reports lost clips that this run does not cover: their results stay lost. */
    private void tellUnplanned(Set<String> lost, AudioInput input) {
        Set<String> others = new TreeSet<>(lost);
        input.clips().forEach(clip -> others.remove(clip.clip()));
        if (!others.isEmpty()) {
            console.tell(Units.count(others.size(), "clip") + " of these, the first "
                    + others.iterator().next()
                    + ", are not among the recordings of --audio: their rows in the index say what they lack, until a"
                    + " run with their recordings does them again");
        }
    }

    private List<String> command() {
        return Stream.concat(Stream.of(Embed.class.getName()), request.arguments().stream())
                .toList();
    }

    /** Opens encoder and probe on the driver, before executors open them. */
    private ExecutorEncoder opened() throws IOException {
        EmbedOptions options = request.options();
        EmbedOptions found = JobFiles.found(session, options.withShipping(isShipped(options)));
        ExecutorEncoder encoder = ExecutorEncoder.of(found, hadoop);
        if (request.kept().contains(Kept.SCORES)) {
            encoder.head();
        }
        if (request.kept().contains(Kept.EVENTS)) {
            DetectionRules rules = request.rules().rules(encoder.head().classes());
            encoder = ExecutorEncoder.of(found.withRules(rules, request.context()), hadoop);
            encoder.detector();
        }
        EncoderSpec spec = encoder.encoder().encoder().describe();
        if (request.kept().contains(Kept.POOLED) && options.pooling() == TokenPooling.CLS && !spec.hasCls()) {
            throw new SettingsException("--pool cls: " + spec.name() + " has no class token: take mean or max");
        }
        return encoder;
    }

    /**
     * Whether files are shipped with the job. By default they are shipped if executors may not see them.
     */
    private boolean isShipped(EmbedOptions options) throws IOException {
        if (request.ship() != null) {
            return request.ship();
        }
        boolean oneJvm = session.sparkContext().isLocal();
        ModelFiles files = options.files();
        return !oneJvm && (isOfDriver(files.encoder()) || files.probe() != null && isOfDriver(files.probe()));
    }

    private boolean isOfDriver(String file) throws IOException {
        if (file.equals(EmbedOptions.EMBEDDED)) {
            return false;
        }
        URI uri = new HadoopFiles(hadoop).qualified(file).toUri();
        return "file".equals(uri.getScheme());
    }

    private void describe(ExecutorEncoder encoder) throws IOException {
        console.tell(encoder.backend().reason());
        console.tell("encoder " + encoder.encoder().origin() + ": "
                + encoder.encoder().encoder().describe().description());
        console.tell("front end: " + encoder.key().frontEnd());
        if (request.kept().contains(Kept.EVENTS)) {
            DetectorSetup detector = encoder.detector();
            String copy = detector.file().toString();
            detector.lines().stream()
                    .skip(1)
                    .map(line -> line.replace(copy, encoder.probe()))
                    .forEach(console::tell);
        }
    }

    /** Lists the recordings. Any failure to read the list counts as an input error, as on the command line. */
    private AudioInput listed() {
        try {
            return AudioInput.of(session, request.audio(), request.root(), request.division(), request.channels());
        } catch (IOException e) {
            throw new InputException(Diagnosis.of(e).message(), e);
        }
    }

    private void describe(AudioInput input) {
        input.remarks().forEach(console::tell);
        List<String> divided = input.divided();
        if (!divided.isEmpty()) {
            boolean one = divided.size() == 1;
            console.tell((one ? divided.getFirst() + " becomes" : divided.size() + " recordings become") + " clips of "
                    + Units.duration(request.division().seconds()) + ", named like "
                    + ClipId.part(divided.getFirst(), 0, request.division().seconds())
                    + ": '--clip whole' does not divide");
        }
    }

    private ShareBounds bounds() {
        int slots = Math.max(
                1,
                session.sparkContext().defaultParallelism()
                        / Math.max(1, spark.getConf().getInt("spark.task.cpus", 1)));
        return ShareBounds.DEFAULT.withBytes(request.shardBytes()).forSlots(slots);
    }

    private JobKey key(ExecutorEncoder encoder) {
        boolean scored = request.kept().contains(Kept.SCORES);
        boolean found = request.kept().contains(Kept.EVENTS);
        return JobKey.of(
                encoder.key(),
                encoder.options(),
                request.kept(),
                request.channels(),
                encoder.options().files().probeSha256(),
                scored && encoder.head().decisions() != null,
                scored || found ? encoder.head().classes() : List.of());
    }

    private void fill(JobFolder folder, ExecutorEncoder encoder, AudioInput input, ClipSize size, RunRecord record)
            throws IOException {
        Remaining remaining = Remaining.of(spark, input.clips(), folder, request.verify());
        if (remaining.gone() > 0) {
            console.tell(Units.count(remaining.gone(), "clip")
                    + " are in the folder, and their recordings are not there any more: they stay in it");
        }
        if (remaining.noted() > 0) {
            console.tell("labels or split of " + Units.count(remaining.noted(), "clip")
                    + " in the folder are others now: the index was changed");
        }
        SharePlan plan = SharePlan.of(remaining.clips(), bounds(), size, folder.firstShare());
        console.tell((remaining.present() == 0
                        ? ""
                        : Units.count(remaining.present(), "clip") + " are in the folder already; ")
                + (plan.clips() == 0 ? "nothing is left to do" : "to do: " + plan.statement()));
        plan = plan.hashed(FileDigests.of(spark, plan.spanning()));
        ShareJob.Done done = ShareJob.Done.NOTHING;
        if (plan.clips() > 0) {
            ClipCounters counters = ClipCounters.of(spark.sc());
            ShareRun run = new ShareRun(
                    encoder.options(), folder.target(request.kept()), new SerializableConfiguration(hadoop), counters);
            done = new ShareJob(spark, run, plan.shares(), request.strict(), console).run(folder);
        }
        requireAll(plan, done, input, remaining);
        folder.complete(remaining.again() > 0, noted(record, encoder, done, remaining));
        tellOfField(done);
        report(done, remaining);
    }

    /** Names some of the recordings with odd times or places. */
    private void tellOfField(ShareJob.Done done) {
        List<String> shown =
                done.oddExamples().subList(0, Math.min(ODD, done.oddExamples().size()));
        shown.forEach(console::tell);
        if (done.odd() > shown.size()) {
            console.tell("time and place of " + (done.odd() - shown.size()) + " more clips: rows of " + JobFolder.INDEX
                    + "/ whose column place_problems is not null");
        }
    }

    /** Requires that every planned clip has a row, with results or with an error. */
    private void requireAll(SharePlan plan, ShareJob.Done done, AudioInput input, Remaining remaining)
            throws IOException {
        int all = remaining.present() + done.clips();
        if (done.clips() != plan.clips() || all != input.clips().size()) {
            throw new IOException("embed: " + input.clips().size() + " clips were listed, " + remaining.present()
                    + " were in the folder, " + plan.clips() + " were planned, and " + done.clips()
                    + " have a row now: " + Math.abs(input.clips().size() - all)
                    + (all < input.clips().size() ? " are missing" : " are too many")
                    + ": this is a bug in unmute, please report it");
        }
    }

    private RunRecord noted(RunRecord record, ExecutorEncoder encoder, ShareJob.Done done, Remaining remaining) {
        record.backend(encoder.backend().backend().name(), encoder.backend().reason());
        if (encoder.probe() != null) {
            record.result("probe", encoder.probe())
                    .result("probeSha256", encoder.options().files().probeSha256());
        }
        return encoder.encoder()
                .note(record, encoder.options().resampling().name())
                .result("dtype", encoder.key().dtype().name().toLowerCase(Locale.ROOT))
                .result("layers", encoder.key().layers())
                .result("kept", request.kept())
                .result("embedded", done.clips() - done.errors())
                .result("alreadyPresent", remaining.present())
                .result("skipped", done.errors())
                .result("seconds", done.seconds())
                .result("bytes", done.bytes())
                .result("spark", session.version());
    }

    private void report(ShareJob.Done done, Remaining remaining) throws IOException {
        int embedded = done.clips() - done.errors();
        int total = embedded + remaining.present();
        List<String> shown =
                done.examples().subList(0, Math.min(SHOWN, done.examples().size()));
        ArrayList<String> lines = new ArrayList<>();
        lines.add(request.out() + ": " + Units.count(total, "clip") + " (" + embedded + " embedded now, "
                + remaining.present() + " already there), " + done.errors() + " skipped");
        shown.forEach(one -> lines.add("  skipped " + one));
        if (done.errors() > shown.size()) {
            lines.add("  and " + (done.errors() - shown.size()) + " more: rows of " + JobFolder.INDEX
                    + "/ whose column error is not null");
        }
        ObjectNode document = Json.object()
                .put("folder", request.out())
                .put("clips", total)
                .put("embedded", embedded)
                .put("alreadyPresent", remaining.present())
                .put("skipped", done.errors())
                .put("seconds", done.seconds())
                .put("bytes", done.bytes());
        shown.forEach(document.putArray("skippedClips")::add);
        result(document, lines);
        if (total == 0) {
            throw new InputException(
                    done.clips() == 1
                            ? "the clip could not be used"
                            : "none of the " + done.clips() + " clips could be used");
        }
    }

    private void result(ObjectNode document, List<String> lines) throws IOException {
        if (request.json()) {
            console.printDocument(Json.MAPPER.writeValueAsString(document));
        } else {
            lines.forEach(console::print);
        }
    }
}

package org.unmute.spark;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.CollectionAccumulator;
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
import org.unmute.spark.layout.RunRows;
import org.unmute.spark.plan.ClipSize;
import org.unmute.spark.plan.EmbedOptions;
import org.unmute.spark.plan.Kept;
import org.unmute.spark.plan.ModelFiles;
import org.unmute.spark.plan.TaskPlan;
import org.unmute.spark.table.ResultColumns;
import org.unmute.spark.task.ClipCounters;
import org.unmute.spark.task.ClipTask;
import org.unmute.spark.task.ExecutorEncoder;
import org.unmute.spark.task.JobFiles;
import org.unmute.spark.task.TaskFailure;
import org.unmute.spark.task.TaskProgress;

/**
 * The driver's side of an embedding: opens the encoder, lists and measures recordings, leaves out those already
 * in the folder, plans tasks, runs them, and accounts for every clip.
 */
final class EmbedRun {
    private static final String GROUP = "unmute-embed";
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
            TaskPlan plan = TaskPlan.of(input.clips(), size, request.shardBytes(), slots());
            result(
                    Json.object()
                            .put("folder", request.out())
                            .put("clips", plan.clips())
                            .put("bytes", plan.bytes()),
                    List.of(request.out() + ": would hold " + plan.statement() + "; nothing was written"));
            return;
        }
        try (JobFolder folder =
                JobFolder.open(session, request.out(), key(encoder), request.breakLock(), request.verify())) {
            fill(folder, encoder, input, size, record);
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

    /** How many tasks run at a time. */
    private int slots() {
        return session.sparkContext().defaultParallelism()
                / Math.max(1, spark.getConf().getInt("spark.task.cpus", 1));
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
        JobFolder.Remaining remaining = folder.settle(input.clips());
        folder.remarks().forEach(console::tell);
        if (remaining.gone() > 0) {
            console.tell(Units.count(remaining.gone(), "clip")
                    + " are in the folder, and their recordings are not there any more: they stay in it");
        }
        if (remaining.noted() > 0) {
            console.tell("labels or split of " + Units.count(remaining.noted(), "clip")
                    + " in the folder are others now: the index was changed");
        }
        TaskPlan plan = TaskPlan.of(remaining.clips(), size, request.shardBytes(), slots());
        console.tell((remaining.present() == 0
                        ? ""
                        : Units.count(remaining.present(), "clip") + " are in the folder already; ")
                + (plan.clips() == 0 ? "nothing is left to do" : "to do: " + plan.statement()));
        ClipCounters counters = ClipCounters.of(spark.sc());
        CollectionAccumulator<String> written = spark.sc().collectionAccumulator();
        if (plan.clips() > 0) {
            work(folder, encoder, plan, remaining, counters, written);
        }
        RunRows rows = folder.rows(remaining.clips(), SHOWN);
        requireAll(plan, rows, input, remaining);
        long bytes = folder.seal(rows.shards(), written.value(), request.kept().contains(Kept.EVENTS));
        Done done = new Done(rows, counters.seconds().value(), bytes);
        folder.end(noted(record, encoder, done, remaining));
        tellOfField(rows);
        report(done, remaining);
    }

    /** What a run did: rows, seconds of sound embedded, bytes written. */
    private record Done(RunRows rows, double seconds, long bytes) {
        int embedded() {
            return rows.rows() - rows.errors();
        }
    }

    /**
     * Runs the job: clips become rows on the executors, and Spark writes and commits them, those of a task as it ends.
     *
     * @throws InputException in a strict job, at a clip that cannot be used
     * @throws IOException if a task failed too often; what was committed is kept
     */
    private void work(
            JobFolder folder,
            ExecutorEncoder encoder,
            TaskPlan plan,
            JobFolder.Remaining remaining,
            ClipCounters counters,
            CollectionAccumulator<String> written)
            throws IOException {
        ClipTask.Job job = new ClipTask.Job(
                folder.place(),
                folder.run(),
                folder.firstShard(),
                FileDigests.of(spark, plan.spanning()),
                counters,
                written);
        SerializableConfiguration configuration = new SerializableConfiguration(hadoop);
        ClipTask task = new ClipTask(encoder.options(), request.kept(), ResultColumns.INDEX, configuration, job);
        FlatMapFunction<Iterator<byte[]>, Row> results = task::ofPacked;
        Dataset<Row> rows = session.createDataFrame(
                spark.parallelize(
                                plan.tasks().stream().map(ClipTask::pack).toList(),
                                plan.tasks().size())
                        .mapPartitions(results),
                ResultColumns.INDEX.schema());
        TaskProgress progress = new TaskProgress(
                () -> counters.clips().value() + counters.skipped().value() + " of "
                        + Units.count(plan.clips(), "clip") + " are done, "
                        + counters.skipped().value() + " skipped",
                console::tell,
                () -> {
                    if (request.strict() && counters.skipped().value() > 0) {
                        spark.sc().cancelJobGroup(GROUP);
                    }
                });
        spark.sc().addSparkListener(progress);
        spark.setJobGroup(GROUP, "embed " + Units.count(plan.clips(), "clip"), true);
        Exception failure = null;
        try {
            folder.append(rows);
        } catch (Exception e) { // Spark throws undeclared checked exceptions
            failure = e;
        } finally {
            spark.clearJobGroup();
            spark.sc().removeSparkListener(progress);
        }
        RunRows done = failure == null && !request.strict() ? null : folder.rows(remaining.clips(), SHOWN);
        if (request.strict() && done.errors() > 0) {
            throw new InputException("embed: clip " + done.examples().getFirst()
                    + ": remove it, or run without --strict to note such clips in the index; what is done is in the"
                    + " folder");
        }
        if (failure != null) {
            throw TaskFailure.of(
                    failure,
                    "embed",
                    "; " + done.rows() + " of " + plan.clips() + " clips are done: run the same job again to go on");
        }
    }

    /** Names some of the recordings with odd times or places. */
    private void tellOfField(RunRows done) {
        List<String> shown =
                done.oddExamples().subList(0, Math.min(ODD, done.oddExamples().size()));
        shown.forEach(console::tell);
        if (done.odd() > shown.size()) {
            console.tell("time and place of " + (done.odd() - shown.size()) + " more clips: rows of " + JobFolder.INDEX
                    + "/ whose column place_problems is not null");
        }
    }

    /** Requires that every planned clip has one row, with results or with an error. */
    private void requireAll(TaskPlan plan, RunRows done, AudioInput input, JobFolder.Remaining remaining)
            throws IOException {
        int all = remaining.present() + done.rows();
        if (done.missing() > 0
                || done.rows() != plan.clips()
                || all != input.clips().size()) {
            throw new IOException("embed: " + input.clips().size() + " clips were listed, " + remaining.present()
                    + " were in the folder, " + plan.clips() + " were planned, and these have " + done.rows()
                    + " rows now; " + done.missing() + " have none: run the same job again; if that does not help, this"
                    + " is a bug in unmute, please report it");
        }
    }

    private RunRecord noted(RunRecord record, ExecutorEncoder encoder, Done done, JobFolder.Remaining remaining) {
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
                .result("embedded", done.embedded())
                .result("alreadyPresent", remaining.present())
                .result("skipped", done.rows().errors())
                .result("seconds", done.seconds())
                .result("bytes", done.bytes())
                .result("spark", session.version());
    }

    private void report(Done done, JobFolder.Remaining remaining) throws IOException {
        int embedded = done.embedded();
        int total = embedded + remaining.present();
        List<String> shown = done.rows()
                .examples()
                .subList(0, Math.min(SHOWN, done.rows().examples().size()));
        ArrayList<String> lines = new ArrayList<>();
        lines.add(request.out() + ": " + Units.count(total, "clip") + " (" + embedded + " embedded now, "
                + remaining.present() + " already there), " + done.rows().errors() + " skipped");
        shown.forEach(one -> lines.add("  skipped " + one));
        if (done.rows().errors() > shown.size()) {
            lines.add("  and " + (done.rows().errors() - shown.size()) + " more: rows of " + JobFolder.INDEX
                    + "/ whose column error is not null");
        }
        ObjectNode document = Json.object()
                .put("folder", request.out())
                .put("clips", total)
                .put("embedded", embedded)
                .put("alreadyPresent", remaining.present())
                .put("skipped", done.rows().errors())
                .put("seconds", done.seconds())
                .put("bytes", done.bytes());
        shown.forEach(document.putArray("skippedClips")::add);
        result(document, lines);
        if (total == 0) {
            throw new InputException(
                    done.rows().rows() == 1
                            ? "the clip could not be used"
                            : "none of the " + done.rows().rows() + " clips could be used");
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

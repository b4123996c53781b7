package org.unmute.events.field;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.unmute.audio.place.RecordedTime;
import org.unmute.audio.place.TimeAndPlace;
import org.unmute.data.ClipId;
import org.unmute.data.field.FieldLog;
import org.unmute.data.parquet.ParquetTableWriter.Column;
import org.unmute.data.provenance.Json;
import org.unmute.events.detection.DecidedEvents;
import org.unmute.events.detection.DetectionFolder;
import org.unmute.events.detection.ReadOutcome;
import org.unmute.files.InputException;
import org.unmute.files.PlainText;
import org.unmute.files.TemporaryFile;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.event.Event;

/**
 * The events of a folder as Camtrap DP {@value CamtrapTables#VERSION} (Bubnicki et al. 2024), TDWG's exchange format
 * for observations by devices: a recording is a medium, an event an observation of it, recordings of one site at one
 * place are a deployment. Times are in whole seconds, as the format has them; tags hold exact ones and the band.
 */
public final class CamtrapPackage {
    /** Subfolder of the package. */
    public static final String FOLDER = "camtrapdp";
    /** The package's files. */
    public static final List<String> FILES =
            List.of("datapackage.json", "deployments.csv", "media.csv", "observations.csv");

    private static final String SOURCE =
            "https://raw.githubusercontent.com/tdwg/camtrap-dp/" + CamtrapTables.VERSION + "/";
    private static final Map<String, String> MEDIA_TYPES = Map.of(
            "flac",
            "audio/flac",
            "mp3",
            "audio/mpeg",
            "ogg",
            "audio/ogg",
            "oga",
            "audio/ogg",
            "aif",
            "audio/aiff",
            "aiff",
            "audio/aiff",
            "aifc",
            "audio/aiff",
            "au",
            "audio/basic",
            "snd",
            "audio/basic");

    private final DetectionFolder folder;
    private final FieldLog places;
    private final List<String> classes;
    private final String classifiedBy;
    private final boolean proposed;
    private final Map<CamtrapDeployment.Spot, CamtrapDeployment> deployments = new LinkedHashMap<>();
    private final Map<String, String> media = new HashMap<>();
    private final Set<String> ids = new HashSet<>();
    private final Map<String, Integer> observed = new HashMap<>();
    private final TreeSet<String> species = new TreeSet<>();

    private CamtrapPackage(
            DetectionFolder folder, FieldLog places, List<String> classes, String classifiedBy, boolean proposed) {
        this.folder = folder;
        this.places = places;
        this.classes = classes;
        this.classifiedBy = classifiedBy;
        this.proposed = proposed;
    }

    /**
     * Checks that the format can hold recordings, which must have a time with its zone and coordinates.
     *
     * @throws InputException naming a recording that has not
     */
    public static void require(List<AudioClip> clips, FieldLog places) {
        for (AudioClip clip : clips) {
            TimeAndPlace place = places.of(clip);
            boolean timed = place.begun() != null && place.begun().zone() != null;
            if (!timed || !place.located()) {
                String why = place.begun() == null
                        ? "when it was made"
                        : !timed ? "in which time zone it was made" : "where it was made";
                throw new InputException(
                        "detect: camtrapdp holds recordings with date, time zone and coordinates, but of '"
                                + PlainText.of(clip.id()) + "' it is not known " + why
                                + (place.problems().isEmpty()
                                        ? ""
                                        : " (" + PlainText.of(place.problems().getFirst()) + ")")
                                + ": "
                                + (timed
                                        ? "give --deployments with its latitude and longitude"
                                        : "give --time-zone," + " --time-pattern or --deployments, or leave it out"));
            }
        }
    }

    /**
     * Writes the package, or replaces it.
     *
     * @param clips        the recordings of the run, which {@link #require} accepts
     * @param classifiedBy program and probe
     * @param proposed     whether observations have the columns that are proposed for frequencies
     * @param metadata     JSON whose fields replace those of {@code datapackage.json}; null for none
     * @throws InputException if the metadata are no JSON object
     */
    public static void write(
            DetectionFolder folder,
            List<AudioClip> clips,
            FieldLog places,
            List<String> classes,
            String classifiedBy,
            boolean proposed,
            Path metadata)
            throws IOException {
        new CamtrapPackage(folder, places, classes, classifiedBy, proposed).write(clips, metadata);
    }

    private void write(List<AudioClip> clips, Path metadata) throws IOException {
        Path out = folder.path().resolve(FOLDER);
        Files.createDirectories(out);
        TemporaryFile.sweep(out, Duration.ZERO); // what a killed run left; the folder's lock is held
        List<Column> columns = new ArrayList<>(CamtrapTables.OBSERVATIONS);
        if (proposed) {
            columns.addAll(CamtrapTables.PROPOSED);
        }
        try (SummaryTable mediaTable = new SummaryTable(out, "media", false, CamtrapTables.MEDIA);
                SummaryTable observations = new SummaryTable(out, "observations", false, columns);
                SummaryTable deploymentTable = new SummaryTable(out, "deployments", false, CamtrapTables.DEPLOYMENTS)) {
            for (AudioClip clip : clips) {
                ReadOutcome read = folder.read(clip.id());
                if (read != null) {
                    add(clip, read, columns, mediaTable, observations);
                }
            }
            for (CamtrapDeployment deployment : deployments.values()) {
                deploymentTable.row(deployment.row());
            }
            deploymentTable.finish();
            mediaTable.finish();
            observations.finish();
        }
        ObjectNode descriptor = descriptor();
        if (metadata != null) {
            JsonNode own = Json.read(metadata);
            if (!own.isObject()) {
                throw new InputException("detect: " + metadata + " is no JSON object with fields of datapackage.json");
            }
            descriptor.setAll((ObjectNode) own);
        }
        Json.write(out.resolve(FILES.getFirst()), descriptor);
    }

    private void add(
            AudioClip clip, ReadOutcome read, List<Column> columns, SummaryTable mediaTable, SummaryTable observations)
            throws IOException {
        TimeAndPlace place = places.of(clip);
        CamtrapDeployment deployment = deployments.computeIfAbsent(
                new CamtrapDeployment.Spot(place, places.period(clip)),
                spot -> new CamtrapDeployment(spot, deployments.values()));
        RecordedTime from = place.begun().plus(read.start());
        RecordedTime to = place.begun().plus(read.start() + read.seconds());
        deployment.add(place, from, to);
        String file = ClipId.recording(clip.id());
        String id = media.get(file);
        if (id == null) {
            String plain = PlainText.of(file);
            id = plain;
            for (int i = 2; !ids.add(id); i++) {
                id = plain + " " + i;
            }
            media.put(file, id);
            mediaTable.row(new CamtrapTables.Row(CamtrapTables.MEDIA)
                    .set("mediaID", id)
                    .set("deploymentID", deployment.id())
                    .set("timestamp", place.begun().isoSeconds())
                    .set("filePath", path(file))
                    .set("filePublic", "false")
                    .set("fileName", file.substring(file.lastIndexOf('/') + 1))
                    .set("fileMediatype", mediaType(file))
                    .set(
                            "mediaComments",
                            "samplingFrequency:" + read.sampleRate() + "|seconds:"
                                    + CamtrapDeployment.decimal(read.fileSeconds(), 3))
                    .cells());
        }
        String medium = id;
        long[] events = new long[1];
        DecidedEvents listed = folder.decided(clip.id());
        listed.forEach(event -> {
            events[0]++;
            CamtrapTables.Row row = observation(medium, deployment.id(), place, event, columns);
            if (listed.isConfirmed(event)) {
                row.set("classificationMethod", "human").set("classifiedBy", "").set("classificationProbability", "");
            }
            observations.row(row.cells());
        });
        if (events[0] == 0) {
            observations.row(observation(medium, deployment.id(), from, to, "blank", columns)
                    .cells());
        }
    }

    private CamtrapTables.Row observation(
            String medium, String deployment, RecordedTime from, RecordedTime to, String type, List<Column> columns) {
        int number = observed.merge(medium, 1, Integer::sum);
        return new CamtrapTables.Row(columns)
                .set("observationID", medium + ":" + number)
                .set("deploymentID", deployment)
                .set("mediaID", medium)
                .set("eventStart", from.isoSeconds())
                .set("eventEnd", CamtrapDeployment.ceiling(to).isoSeconds())
                .set("observationLevel", "media")
                .set("observationType", type)
                .set("classificationMethod", "machine")
                .set("classifiedBy", classifiedBy);
    }

    private CamtrapTables.Row observation(
            String medium, String deployment, TimeAndPlace place, Event event, List<Column> columns) {
        String label = classes.get(event.label());
        String name = scientificName(label);
        if (!name.isEmpty()) {
            species.add(name);
        }
        String low = CamtrapDeployment.decimal(event.band().low(), 1);
        String high = CamtrapDeployment.decimal(event.band().high(), 1);
        CamtrapTables.Row row = observation(
                        medium,
                        deployment,
                        place.begun().plus(event.onset()),
                        place.begun().plus(event.offset()),
                        name.isEmpty() ? "unclassified" : "animal",
                        columns)
                .set("scientificName", name)
                .set("classificationProbability", CamtrapDeployment.decimal(Math.clamp(event.score(), 0.0, 1.0), 4))
                .set(
                        "observationTags",
                        String.join(
                                "|",
                                "label:" + label.replace('|', '/'),
                                "onset:" + CamtrapDeployment.decimal(event.onset(), 6),
                                "offset:" + CamtrapDeployment.decimal(event.offset(), 6),
                                "frequencyLow:" + low,
                                "frequencyHigh:" + high));
        return proposed ? row.set("frequencyLow", low).set("frequencyHigh", high) : row;
    }

    /** The scientific name in a label such as {@code Turdus merula_Blackbird} or {@code Turdus merula}; else empty. */
    static String scientificName(String label) {
        int end = label.indexOf('_');
        String name = end < 0 ? label : label.substring(0, end);
        return name.matches("\\p{Lu}\\p{Ll}+ \\p{Ll}[\\p{Ll}-]+( \\p{Ll}[\\p{Ll}-]+)?") ? name : "";
    }

    /** A path that the format allows: it begins with no dot, slash or tilde and has no two dots. */
    private static String path(String file) {
        String path = file.replace("%", "%25").replace("..", "%2E%2E");
        return path.matches("(?s)[./~].*")
                ? String.format(Locale.ROOT, "%%%02X", (int) path.charAt(0)) + path.substring(1)
                : path;
    }

    private static String mediaType(String file) {
        String extension = file.substring(file.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return MEDIA_TYPES.getOrDefault(extension, "audio/wav");
    }

    private ObjectNode descriptor() {
        ObjectNode all = Json.object();
        ArrayNode resources = all.putArray("resources");
        for (String name : List.of("deployments", "media", "observations")) {
            resources
                    .addObject()
                    .put("name", name)
                    .put("path", name + ".csv")
                    .put("profile", "tabular-data-resource")
                    .put("format", "csv")
                    .put("mediatype", "text/csv")
                    .put("encoding", "utf-8")
                    .put("schema", SOURCE + name + "-table-schema.json");
        }
        all.put("profile", SOURCE + "camtrap-dp-profile.json");
        all.put("created", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        all.putArray("contributors").addObject().put("title", classifiedBy).put("role", "contributor");
        ObjectNode project = all.putObject("project");
        project.put(
                "title",
                folder.path().toAbsolutePath().normalize().getFileName().toString());
        project.put("samplingDesign", "opportunistic");
        project.putArray("captureMethod").add("timeLapse");
        project.put("individualAnimals", false);
        project.putArray("observationLevel").add("media");
        all.set("spatial", spatial());
        LocalDate from = null;
        LocalDate to = null;
        for (CamtrapDeployment deployment : deployments.values()) {
            from = from == null || deployment.begin().date().isBefore(from)
                    ? deployment.begin().date()
                    : from;
            to = to == null || deployment.end().date().isAfter(to)
                    ? deployment.end().date()
                    : to;
        }
        all.putObject("temporal").put("start", String.valueOf(from)).put("end", String.valueOf(to));
        ArrayNode taxonomic = all.putArray("taxonomic");
        species.forEach(name -> taxonomic.addObject().put("scientificName", name));
        return all;
    }

    /** The rectangle around all deployments, as GeoJSON; a point if there is a single place. */
    private ObjectNode spatial() {
        double west = deployments.keySet().stream()
                .mapToDouble(CamtrapDeployment.Spot::longitude)
                .min()
                .orElse(0);
        double east = deployments.keySet().stream()
                .mapToDouble(CamtrapDeployment.Spot::longitude)
                .max()
                .orElse(0);
        double south = deployments.keySet().stream()
                .mapToDouble(CamtrapDeployment.Spot::latitude)
                .min()
                .orElse(0);
        double north = deployments.keySet().stream()
                .mapToDouble(CamtrapDeployment.Spot::latitude)
                .max()
                .orElse(0);
        ObjectNode shape = Json.object();
        if (west == east && south == north) {
            shape.put("type", "Point").putArray("coordinates").add(west).add(south);
            return shape;
        }
        ArrayNode ring = shape.put("type", "Polygon").putArray("coordinates").addArray();
        double[][] corners = {{west, south}, {east, south}, {east, north}, {west, north}, {west, south}};
        for (double[] corner : corners) {
            ring.addArray().add(corner[0]).add(corner[1]);
        }
        return shape;
    }
}

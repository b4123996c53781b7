package org.unmute.events.field;

import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.unmute.audio.place.RecordedTime;
import org.unmute.audio.place.TimeAndPlace;
import org.unmute.data.field.DeploymentPeriod;
import org.unmute.files.PlainText;

/**
 * A row of a package's table of deployments, while the recordings are read. It lasts as long as the table of
 * deployments says, else from the first recording to the end of the last.
 */
final class CamtrapDeployment {
    private final Spot spot;
    private final String id;
    private RecordedTime begin;
    private RecordedTime end;
    private String recorder = "";
    private String serial = "";
    private boolean odd;

    /**
     * What recordings of one deployment have in common.
     *
     * @param period the row of the table of deployments; null if there is none
     */
    record Spot(String site, double latitude, double longitude, DeploymentPeriod period) {
        Spot(TimeAndPlace place, DeploymentPeriod period) {
            this(place.site(), place.latitude(), place.longitude(), period);
        }
    }

    /** @param others deployments whose ids are taken */
    CamtrapDeployment(Spot spot, Collection<CamtrapDeployment> others) {
        this.spot = spot;
        String site = PlainText.of(spot.site());
        String coordinates = decimal(spot.latitude(), 5) + "," + decimal(spot.longitude(), 5);
        String name = site.isEmpty() ? coordinates : site;
        Set<String> taken = others.stream().map(CamtrapDeployment::id).collect(Collectors.toSet());
        if (taken.contains(name)) {
            boolean here = others.stream()
                    .anyMatch(other ->
                            other.spot.latitude() == spot.latitude() && other.spot.longitude() == spot.longitude());
            boolean dated = spot.period() != null && spot.period().start() != null;
            name += " " + (here && dated ? spot.period().start().toLocalDate().toString() : coordinates);
        }
        String unique = name;
        for (int i = 2; taken.contains(unique); i++) {
            unique = name + " " + i;
        }
        this.id = unique;
    }

    String id() {
        return id;
    }

    RecordedTime begin() {
        return begin;
    }

    RecordedTime end() {
        return end;
    }

    /** Adds a recording that was read from one moment to another. */
    void add(TimeAndPlace place, RecordedTime from, RecordedTime to) {
        if (begin == null) {
            DeploymentPeriod period = spot.period();
            boolean dated = period != null && period.start() != null;
            boolean ended = period != null && period.end() != null;
            begin = dated ? RecordedTime.of(period.start(), from.zone()) : from;
            end = ended ? RecordedTime.of(period.end().truncatedTo(ChronoUnit.SECONDS), from.zone()) : ceiling(to);
        }
        begin = from.secondsTo(begin) > 0 ? from : begin;
        end = end.secondsTo(to) > 0 ? ceiling(to) : end;
        recorder = recorder.isEmpty() ? place.recorder() : recorder;
        serial = serial.isEmpty() ? place.serial() : serial;
        odd |= !place.problems().isEmpty();
    }

    Object[] row() {
        return new CamtrapTables.Row(CamtrapTables.DEPLOYMENTS)
                .set("deploymentID", id)
                .set("locationID", spot.site())
                .set("locationName", spot.site())
                .set("latitude", decimal(spot.latitude(), 6))
                .set("longitude", decimal(spot.longitude(), 6))
                .set("deploymentStart", begin.isoSeconds())
                .set("deploymentEnd", end.isoSeconds())
                .set("cameraID", serial)
                .set("cameraModel", recorder)
                .set("timestampIssues", Boolean.toString(odd))
                .cells();
    }

    /** The next whole second. */
    static RecordedTime ceiling(RecordedTime time) {
        int nanos = time.local().getNano();
        return nanos == 0 ? time : time.plus((1_000_000_000 - nanos) / 1e9);
    }

    static String decimal(double value, int decimals) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%." + decimals + "f", value) : "";
    }
}

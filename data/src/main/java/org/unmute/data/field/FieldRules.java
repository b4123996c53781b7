package org.unmute.data.field;

import java.io.Serializable;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.unmute.audio.place.DecidedTime;
import org.unmute.audio.place.FileNameTime;
import org.unmute.audio.place.RecorderNotes;
import org.unmute.audio.place.TimeAndPlace;
import org.unmute.audio.place.TimePattern;
import org.unmute.data.ClipId;
import org.unmute.probes.cache.AudioClip;

/**
 * How it is decided when and where a recording was made.
 *
 * @param pattern     of times in file names; null for the forms that recorders write
 * @param zone        of clocks that state none; null if it is not known
 * @param site        what tells the site
 * @param deployments null if there is no table
 */
public record FieldRules(TimePattern pattern, ZoneId zone, SiteRule site, Deployments deployments)
        implements Serializable {
    /** The rules without any option. */
    public static final FieldRules DEFAULT = new FieldRules(null, null, SiteRule.AUTO, null);
    /** Of a degree, about one kilometre to the north; the coordinates of a site may be rounded. */
    private static final double NEAR = 0.01;

    /**
     * A zone by its name or offset, such as {@code Europe/Berlin}, {@code UTC} or {@code +02:00}.
     *
     * @throws IllegalArgumentException if there is no such zone
     */
    public static ZoneId zone(String text) {
        try {
            return ZoneId.of(text);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "there is no time zone '" + text + "': name one such as Europe/Berlin, UTC or +02:00", e);
        }
    }

    /** These rules in words: equal texts decide alike. */
    public String text() {
        List<String> words = new ArrayList<>();
        words.add("site " + site.name().toLowerCase(Locale.ROOT));
        if (pattern != null) {
            words.add("pattern '" + pattern + "'");
        }
        if (zone != null) {
            words.add("zone " + zone);
        }
        if (deployments != null) {
            words.add("deployments " + deployments.sha256());
        }
        return String.join(", ", words);
    }

    /** What is decided about a recording, and the row of the table of deployments that it belongs to, or null. */
    record Decision(TimeAndPlace place, Deployment row) {}

    /** Decides about a recording, or the file that it is part of, whose chunks it reads. */
    Decision decide(AudioClip clip) {
        return decide(ClipId.recording(clip.id()), RecorderNotes.read(clip.path()));
    }

    /**
     * When and where a recording was made.
     *
     * @param file  path below the folder of the recordings, with '/'
     * @param notes what its chunks say
     */
    public TimeAndPlace of(String file, RecorderNotes notes) {
        return decide(file, notes).place();
    }

    private Decision decide(String file, RecorderNotes notes) {
        FileNameTime name = pattern == null ? FileNameTime.of(file) : pattern.name(file);
        DecidedTime time = DecidedTime.of(name, notes, zone);
        boolean own = pattern != null && site == SiteRule.AUTO && !name.prefix().isEmpty();
        String place = own ? name.prefix() : site.site(file, name, notes);
        List<String> problems = new ArrayList<>();
        double latitude = notes.latitude();
        double longitude = notes.longitude();
        Deployment row = null;
        if (deployments != null) {
            List<Deployment> rows = deployments.of(file, place, time.time());
            if (rows.isEmpty()) {
                problems.add("no row of " + deployments.file() + " holds for it (site '" + place + "', "
                        + (time.time() == null ? "no time" : time.time().isoSeconds()) + ")");
            } else {
                row = rows.getFirst();
                if (rows.size() > 1) {
                    problems.add("lines " + row.line() + " and " + rows.get(1).line() + " of " + deployments.file()
                            + " both hold for it: the first is taken");
                }
                place = row.site().isEmpty() ? place : row.site();
                time = row.zone() == null ? time : DecidedTime.of(name, notes, row.zone());
                if (!Double.isNaN(row.latitude())) {
                    if (Math.abs(latitude - row.latitude()) > NEAR || Math.abs(longitude - row.longitude()) > NEAR) {
                        problems.add(String.format(
                                Locale.ROOT,
                                "its recorder says %.5f, %.5f, line %d of %s says %.5f, %.5f: the latter is taken",
                                latitude,
                                longitude,
                                row.line(),
                                deployments.file(),
                                row.latitude(),
                                row.longitude()));
                    }
                    latitude = row.latitude();
                    longitude = row.longitude();
                }
            }
        }
        problems.addAll(0, time.problems());
        return new Decision(
                new TimeAndPlace(
                        time.time(),
                        time.source(),
                        place,
                        latitude,
                        longitude,
                        notes.recorder(),
                        notes.serial(),
                        problems),
                row);
    }
}

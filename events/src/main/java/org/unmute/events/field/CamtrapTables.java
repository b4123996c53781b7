package org.unmute.events.field;

import java.util.Arrays;
import java.util.List;
import org.unmute.data.parquet.ParquetTableWriter.Column;

/** The columns of Camtrap DP 1.0.2, in the order of its table schemas. */
final class CamtrapTables {
    static final String VERSION = "1.0.2";
    static final List<Column> DEPLOYMENTS = columns(
            "deploymentID",
            "locationID",
            "locationName",
            "latitude",
            "longitude",
            "coordinateUncertainty",
            "deploymentStart",
            "deploymentEnd",
            "setupBy",
            "cameraID",
            "cameraModel",
            "cameraDelay",
            "cameraHeight",
            "cameraDepth",
            "cameraTilt",
            "cameraHeading",
            "detectionDistance",
            "timestampIssues",
            "baitUse",
            "featureType",
            "habitat",
            "deploymentGroups",
            "deploymentTags",
            "deploymentComments");
    static final List<Column> MEDIA = columns(
            "mediaID",
            "deploymentID",
            "captureMethod",
            "timestamp",
            "filePath",
            "filePublic",
            "fileName",
            "fileMediatype",
            "exifData",
            "favorite",
            "mediaComments");
    static final List<Column> OBSERVATIONS = columns(
            "observationID",
            "deploymentID",
            "mediaID",
            "eventID",
            "eventStart",
            "eventEnd",
            "observationLevel",
            "observationType",
            "cameraSetupType",
            "scientificName",
            "count",
            "lifeStage",
            "sex",
            "behavior",
            "individualID",
            "individualPositionRadius",
            "individualPositionAngle",
            "individualSpeed",
            "bboxX",
            "bboxY",
            "bboxWidth",
            "bboxHeight",
            "classificationMethod",
            "classifiedBy",
            "classificationTimestamp",
            "classificationProbability",
            "observationTags",
            "observationComments");
    /** Terms that are proposed for sound, see issue 450 of tdwg/camtrap-dp. */
    static final List<Column> PROPOSED = columns("frequencyLow", "frequencyHigh");

    private CamtrapTables() {}

    private static List<Column> columns(String... names) {
        return Arrays.stream(names).map(SummaryTable::text).toList();
    }

    /** Cells of a row by the names of their columns; the others are empty. */
    static final class Row {
        private final List<Column> columns;
        private final String[] cells;

        Row(List<Column> columns) {
            this.columns = columns;
            cells = new String[columns.size()];
            Arrays.fill(cells, "");
        }

        Row set(String name, String value) {
            for (int i = 0; i < cells.length; i++) {
                if (columns.get(i).name().equals(name)) {
                    cells[i] = value;
                    return this;
                }
            }
            throw new IllegalStateException("camtrap: no column " + name);
        }

        Object[] cells() {
            return cells;
        }
    }
}

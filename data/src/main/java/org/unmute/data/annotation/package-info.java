/**
 * Sound events in formats of other programs: Raven selection tables, Audacity label tracks, BirdNET-Analyzer tables,
 * DESED and sed_eval lists, and plain tables of start, end and label. {@link
 * org.unmute.data.annotation.AnnotationTable} reads them; {@link org.unmute.data.annotation.AnnotationFormat} writes
 * some of them.
 */
package org.unmute.data.annotation;

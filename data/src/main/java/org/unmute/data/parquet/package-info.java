/**
 * Tables in Apache Parquet files, whose cells are read as text and written from arrays. Files are not trusted: each
 * length is checked before it is used, and {@link org.unmute.data.parquet.Budget} limits how far a small file can
 * expand.
 */
package org.unmute.data.parquet;

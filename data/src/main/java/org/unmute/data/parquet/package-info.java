/**
 * Tables in Apache Parquet files, whose cells are read as text and written from arrays. Nothing here trusts a file:
 * each length is checked before it is used, and {@link org.unmute.data.parquet.Budget} bounds what a small file
 * can unfold to.
 */
package org.unmute.data.parquet;

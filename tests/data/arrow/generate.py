# Writes the files of this folder; run with .venv/bin/python.
import os
import pyarrow as pa, pyarrow.parquet as pq, decimal, datetime, uuid
import pyarrow.feather as feather
out=os.path.join(os.path.dirname(os.path.abspath(__file__)),'')

D=decimal.Decimal
dt=datetime.datetime
n=4
t=pa.table({
 'i8':pa.array([1,None,-128,127],pa.int8()),
 'u8':pa.array([1,None,0,255],pa.uint8()),
 'i16':pa.array([1,None,-32768,32767],pa.int16()),
 'u16':pa.array([1,None,0,65535],pa.uint16()),
 'i32':pa.array([1,None,-2**31,2**31-1],pa.int32()),
 'u32':pa.array([1,None,0,2**32-1],pa.uint32()),
 'i64':pa.array([1,None,-2**63+1,2**63-1],pa.int64()),
 'u64':pa.array([1,None,0,2**63-1],pa.uint64()),
 'f16':pa.array([1.5,None,-0.25,65504.0],pa.float16()),
 'f32':pa.array([1.5,None,float('inf'),0.1],pa.float32()),
 'f64':pa.array([1.5,None,float('nan'),0.1],pa.float64()),
 'bool':pa.array([True,None,False,True]),
 'string':pa.array(['a',None,'','日本']),
 'large':pa.array(['a',None,'','x'*20],pa.large_string()),
 'binary':pa.array([b'a',None,b'',b'xyz'],pa.binary()),
 'dict':pa.array(['no',None,'yes','no']).dictionary_encode(),
 'ordered':pa.DictionaryArray.from_arrays(pa.array([2,None,0,1],pa.int8()),pa.array(['low','mid','high']),ordered=True),
 'dec9':pa.array([D('1.25'),None,D('-99999.99'),D('0.01')],pa.decimal128(7,2)),
 'dec38':pa.array([D('12345678901234567890.5'),None,D('-0.1'),D('7')],pa.decimal128(38,1)),
 'dec0':pa.array([D(5),None,D(-7),D(123456789012345678)],pa.decimal128(18,0)),
 'dec256':pa.array([D('1.5'),None,D('-2.5'),D('3')],pa.decimal256(50,1)),
 'date32':pa.array([datetime.date(2020,2,29),None,datetime.date(1969,12,31),datetime.date(1970,1,1)],pa.date32()),
 'date64':pa.array([datetime.date(2020,2,29),None,datetime.date(1969,12,31),datetime.date(1970,1,1)],pa.date64()),
 'ts_s':pa.array([dt(2020,2,29,1,2,3),None,dt(1969,12,31,23,59,59),dt(1970,1,1)],pa.timestamp('s')),
 'ts_ms':pa.array([dt(2020,2,29,1,2,3,4000),None,dt(1969,12,31,23,59,59,999000),dt(1970,1,1)],pa.timestamp('ms','Europe/Vienna')),
 'ts_us':pa.array([dt(2020,2,29,1,2,3,4000),None,dt(1969,12,31,23,59,59,999000),dt(1970,1,1)],pa.timestamp('us','UTC')),
 'time32':pa.array([datetime.time(1,2,3),None,datetime.time(0),datetime.time(23,59,59)],pa.time32('s')),
 'null':pa.nulls(n),
})
pq.write_table(t,out+'types.parquet')
with pa.ipc.new_file(out+'types.arrow',t.schema) as w: w.write_table(t, max_chunksize=3)
with pa.ipc.new_stream(out+'types.arrows',t.schema) as w: w.write_table(t)
with pa.ipc.new_file(out+'compressed.arrow',t.schema,options=pa.ipc.IpcWriteOptions(compression='zstd')) as w: w.write_table(t)
# string views, uuids
v=pa.table({'view':pa.array(['short',None,'a text that is longer than twelve bytes',''],pa.string_view()),
 'uuid':pa.ExtensionArray.from_storage(pa.uuid(),pa.array([uuid.UUID('00112233-4455-6677-8899-aabbccddeeff').bytes,None,uuid.UUID(int=1).bytes,uuid.UUID(int=2**128-1).bytes],pa.binary(16)))})
with pa.ipc.new_file(out+'views.arrow',v.schema) as w: w.write_table(v)
# without Arrow's schema, several row groups, snappy
g=pa.table({'x':pa.array(range(1000)),'s':pa.array([['a','b','c'][i%3] for i in range(1000)])})
pq.write_table(g,out+'groups.parquet',row_group_size=100,store_schema=False)
# things with warnings
pq.write_table(pa.table({'ns':pa.array([1,1_000_000,None],pa.timestamp('ns')),'u64':pa.array([2**64-1,5,None],pa.uint64()),'min':pa.array([-2**63,5,None])}),out+'limits.parquet')
# unsupported
pq.write_table(pa.table({'ok':[1,2],'list':[[1],[2,3]],'struct':[{'a':1},{'a':2}]}),out+'nested.parquet')
# files that join
pq.write_table(pa.table({'a':[1,2],'b':['x','y'],'c':pa.array(['p','q']).dictionary_encode()}),out+'join1.parquet')
pq.write_table(pa.table({'c':pa.array(['r','p']).dictionary_encode(),'a':[0.5,None],'d':[True,False]}),out+'join2.parquet')
# dictionaries that differ from batch to batch
b=[pa.record_batch({'d':pa.array(x).dictionary_encode()}) for x in (['x','y'],['y','z','x'])]
with pa.ipc.new_stream(out+'dictionaries.arrows',b[0].schema) as w:
    for x in b: w.write_batch(x)
